import type { RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { PersonSubject } from '../../common/person-events.ts'
import type { DeliveryStatus } from '../../records.ts'
import type { OwnFilter } from '../filter-conditions.ts'
import { ownConditions } from '../filter-conditions.ts'
import type { FacetGroup, LetterGroup } from './event-groups.ts'
import type { EventBranch } from './event-stream.ts'
import type { PositionRange } from './time-range.ts'
import { everything } from './time-range.ts'

/** All that wait for a destination are sorted; of more, the newest events are gone through. */
export const mostPending = 50_000

/** All events. */
export const everyEvent: EventBranch = (range) => eventsWhere(sql`true`, range)

/** Events of a person's connection or customer id. */
export function ofSubject({ kind, value }: PersonSubject): EventBranch {
  const column = sql.ref(kind === 'connection' ? 'e.connection_id' : 'e.customer_id')
  return (range) => eventsWhere(sql`${column} = ${value}`, range)
}

/** Events of one type at one retailer. */
export function ofFacets({ type, retailer }: FacetGroup): EventBranch {
  const atRetailer = retailer === null ? sql`e.retailer IS NULL` : sql`e.retailer = ${retailer}`
  return (range) => eventsWhere(sql`e.type = ${type} AND ${atRetailer}`, range)
}

/** Events with a dead letter of one destination and code. */
export function withLetter(group: LetterGroup): EventBranch {
  return (range) => deliveriesWhere({ status: 'dead', ...group }, range)
}

/** Events with a dead letter of a destination for want of an identifier that is there now. */
export function withIdentified(destination: string, filter: OwnFilter): EventBranch {
  return (range) => deliveriesWhere({ ...filter, destination, identified: true }, range)
}

/** Events that were skipped for a destination. */
export function withSkipped(destination: string): EventBranch {
  return (range) => deliveriesWhere({ status: 'skipped', destination }, range)
}

/** Events that wait for a destination. They are in the order in which they are due, and there are few: they are read and sorted. */
export function withPending(destination: string, code: string | undefined): EventBranch {
  const status: DeliveryStatus = 'pending'
  const withCode = code === undefined ? sql`true` : sql`p.error_code = ${code}`
  return (range) => sql`SELECT p.event_seq AS seq FROM (
      SELECT d.event_seq, d.error_code FROM relay.deliveries d WHERE ${ownConditions({ status, destination })}
      ORDER BY d.due_at, d.id LIMIT ${mostPending * 2}) p
    WHERE ${isIn(range, 'p.event_seq')} AND ${withCode} ORDER BY p.event_seq DESC`
}

function eventsWhere(condition: RawBuilder<unknown>, range: PositionRange): RawBuilder<unknown> {
  return sql`SELECT e.seq FROM relay.events e WHERE ${condition} AND ${isIn(range, 'e.seq')} ORDER BY e.seq DESC`
}

function deliveriesWhere(filter: OwnFilter, range: PositionRange): RawBuilder<unknown> {
  return sql`SELECT d.event_seq AS seq FROM relay.deliveries d WHERE ${ownConditions(filter)} AND ${isIn(range, 'd.event_seq')}
    ORDER BY d.event_seq DESC`
}

/** A bound that is none would make PostgreSQL expect that few rows are within. */
function isIn({ low, high }: PositionRange, column: string): RawBuilder<unknown> {
  const from = low === everything.low ? sql`true` : sql`${sql.ref(column)} >= ${low}`
  return high === everything.high ? from : sql`${from} AND ${sql.ref(column)} < ${high}`
}
