import type { RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { DeliveryFilter, EventFilter } from '../records.ts'

/** Whether the condition of a filter needs the delivery's event. */
export function needsEvent({ event, customer, type }: DeliveryFilter): boolean {
  return event !== undefined || customer !== undefined || type !== undefined
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
    equals(sql.ref('e.event_id'), filter.event),
    equals(sql.ref('e.customer_id'), filter.customer),
    equals(sql.ref('e.type'), filter.type),
  ])
}

/** A condition on `events e`; always true for an empty filter. */
export function eventConditions(filter: EventFilter): RawBuilder<boolean> {
  return all([
    equals(sql.ref('e.event_id'), filter.id),
    equals(sql.ref('e.customer_id'), filter.customer),
    equals(sql.ref('e.connection_id'), filter.connection),
    equals(sql.ref('e.retailer'), filter.retailer),
    equals(sql.ref('e.type'), filter.type),
  ])
}

function equals(column: RawBuilder<unknown>, value: string | number | undefined): RawBuilder<boolean> | undefined {
  return value === undefined ? undefined : sql<boolean>`${column} = ${value}`
}

function all(conditions: readonly (RawBuilder<boolean> | undefined)[]): RawBuilder<boolean> {
  const given = conditions.flatMap((condition) => condition ?? [])
  return given.length === 0 ? sql<boolean>`1` : sql<boolean>`(${sql.join(given, sql` AND `)})`
}
