import type { RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { DeliveryFilter, EventFilter } from '../records.ts'

/** Filters on the event of a delivery; all others are on the delivery itself. */
const eventFilters = ['event', 'customer', 'connection', 'purchase', 'retailer', 'type', 'person', 'since', 'until'] as const

/** Whether the condition of a filter needs the delivery's event. */
export function needsEvent(filter: DeliveryFilter): boolean {
  return eventFilters.some((name) => filter[name] !== undefined)
}

/**
 * A condition on `deliveries d`, joined to `events e` if {@link needsEvent}; always true for an empty filter. `byId`: the query
 * goes through ids in their order, and must not use an index by destination instead.
 */
export function deliveryConditions(
  filter: DeliveryFilter,
  { byId = false }: { readonly byId?: boolean } = {},
): RawBuilder<boolean> {
  const column = (name: string) => (byId ? sql`+${sql.ref(name)}` : sql.ref(name))
  return all([
    // A literal, as only that lets SQLite use the index of dead letters.
    filter.status === undefined ? undefined : sql<boolean>`d.status = ${sql.lit(filter.status)}`,
    equals(sql.ref('d.id'), filter.id === undefined ? undefined : Number(filter.id)),
    equals(column('d.destination'), filter.destination),
    equals(column('d.error_code'), filter.code),
    ...ofEvent(filter, filter.event),
    // The words of the index.
    filter.identified === undefined
      ? undefined
      : sql<boolean>`d.is_identified = 1 AND d.status = 'dead' AND d.error_code = 'ERR_NO_IDENTIFIER'`,
  ])
}

/** A condition on `events e`; always true for an empty filter. */
export function eventConditions(filter: EventFilter): RawBuilder<boolean> {
  return all(ofEvent(filter, filter.id))
}

/** What has to hold together for one delivery of an event. */
type Outcome = Pick<DeliveryFilter, 'status' | 'destination' | 'code'>

/** Whether an event `e` has such a delivery; always true for an empty outcome. */
export function outcomeCondition({ status, destination, code }: Outcome): RawBuilder<boolean> {
  if (status === undefined && destination === undefined && code === undefined) return sql<boolean>`1`
  const given = {
    ...(status === undefined ? {} : { status }),
    ...(destination === undefined ? {} : { destination }),
    ...(code === undefined ? {} : { code }),
  }
  const isMeant = deliveryConditions(given, { byId: true })
  return sql<boolean>`EXISTS (SELECT 1 FROM deliveries d WHERE d.event_seq = e.seq AND ${isMeant})`
}

function ofEvent(filter: Omit<EventFilter, 'id'>, id: string | undefined): readonly (RawBuilder<boolean> | undefined)[] {
  const { purchase, person, since, until } = filter
  return [
    equals(sql.ref('e.event_id'), id),
    equals(sql.ref('e.idempotency_key'), purchase === undefined ? undefined : purchaseKey(purchase)),
    equals(sql.ref('e.customer_id'), filter.customer),
    equals(sql.ref('e.connection_id'), filter.connection),
    equals(sql.ref('e.retailer'), filter.retailer),
    equals(sql.ref('e.type'), filter.type),
    since === undefined ? undefined : sql<boolean>`e.received_at >= ${since}`,
    until === undefined ? undefined : sql<boolean>`e.received_at <= ${until}`,
    person === undefined ? undefined : isOfPerson(person),
  ]
}

/** A purchase is known by its own id, whatever the event's. */
function purchaseKey(purchaseId: string): string {
  return `purchase.created:${purchaseId}`
}

/** Of a customer id that was theirs, or without any and of a connection that was: it may name another customer. */
function isOfPerson(person: string): RawBuilder<boolean> {
  const known = (column: string) => sql`(SELECT ${sql.ref(column)} FROM person_index p WHERE p.person_id = ${person})`
  return sql<boolean>`(CASE WHEN e.customer_id IS NULL THEN e.connection_id IN ${known('p.connection_id')}
    ELSE e.customer_id IN ${known('p.customer_id')} END)`
}

function equals(column: RawBuilder<unknown>, value: string | number | undefined): RawBuilder<boolean> | undefined {
  return value === undefined ? undefined : sql<boolean>`${column} = ${value}`
}

function all(conditions: readonly (RawBuilder<boolean> | undefined)[]): RawBuilder<boolean> {
  const given = conditions.flatMap((condition) => condition ?? [])
  return given.length === 0 ? sql<boolean>`1` : sql<boolean>`(${sql.join(given, sql` AND `)})`
}
