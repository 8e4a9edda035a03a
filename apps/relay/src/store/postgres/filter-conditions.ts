import type { RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { DeliveryFilter, EventFilter } from '../records.ts'
import { rowId } from './row-id.ts'

/** Filters on a delivery itself; all others are on its event. */
export type OwnFilter = Pick<DeliveryFilter, 'id' | 'status' | 'destination' | 'code' | 'identified'>

/** A condition on `deliveries d` and its event, `events e`; always true for an empty filter. */
export function deliveryConditions(filter: DeliveryFilter): RawBuilder<boolean> {
  return all([...ofDelivery(filter), ...ofEvent(filter, filter.event)])
}

/** A condition on `deliveries d` alone; always true for an empty filter. */
export function ownConditions(filter: OwnFilter): RawBuilder<boolean> {
  return all(ofDelivery(filter))
}

/** A condition on `events e`; always true for an empty filter. */
export function eventConditions(filter: EventFilter): RawBuilder<boolean> {
  return all(ofEvent(filter, filter.id))
}

function ofDelivery({ id, status, destination, code, identified }: OwnFilter): readonly (RawBuilder<boolean> | undefined)[] {
  return [
    id === undefined ? undefined : sql<boolean>`d.id = ${rowId(id)}`,
    // A literal: with that it is certain that the index of these alone can be used.
    status === undefined ? undefined : sql<boolean>`d.status = ${sql.lit(status)}`,
    equals('d.destination', destination),
    equals('d.error_code', code),
    // The words of the index.
    identified === undefined
      ? undefined
      : sql<boolean>`d.is_identified = 1 AND d.status = 'dead' AND d.error_code = 'ERR_NO_IDENTIFIER'`,
  ]
}

function ofEvent(filter: Omit<EventFilter, 'id'>, id: string | undefined): readonly (RawBuilder<boolean> | undefined)[] {
  const { purchase, person, since, until } = filter
  return [
    equals('e.event_id', id),
    // A purchase is known by its own id, whatever the event's.
    equals('e.idempotency_key', purchase === undefined ? undefined : `purchase.created:${purchase}`),
    equals('e.customer_id', filter.customer),
    equals('e.connection_id', filter.connection),
    equals('e.retailer', filter.retailer),
    equals('e.type', filter.type),
    since === undefined ? undefined : sql<boolean>`e.received_at >= ${since}`,
    until === undefined ? undefined : sql<boolean>`e.received_at <= ${until}`,
    person === undefined ? undefined : isOfPerson(person),
  ]
}

/** Of a customer id that was theirs, or without any and of a connection that was: it may name another customer. */
function isOfPerson(person: string): RawBuilder<boolean> {
  const known = (column: string) => sql`(SELECT ${sql.ref(column)} FROM relay.person_index p WHERE p.person_id = ${person})`
  return sql<boolean>`(CASE WHEN e.customer_id IS NULL THEN e.connection_id IN ${known('p.connection_id')}
    ELSE e.customer_id IN ${known('p.customer_id')} END)`
}

function equals(column: string, value: string | undefined): RawBuilder<boolean> | undefined {
  return value === undefined ? undefined : sql<boolean>`${sql.ref(column)} = ${value}`
}

function all(conditions: readonly (RawBuilder<boolean> | undefined)[]): RawBuilder<boolean> {
  const given = conditions.flatMap((condition) => condition ?? [])
  return given.length === 0 ? sql<boolean>`true` : sql<boolean>`(${sql.join(given, sql` AND `)})`
}
