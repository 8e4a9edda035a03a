import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { FoundPage } from '../../common/found.ts'
import { toFoundPage } from '../../common/found.ts'
import type { DeliveryFilter, PageRequest } from '../../records.ts'
import { deliveryConditions } from '../filter-conditions.ts'
import { queryBuilder } from '../query-builder.ts'
import { positionsOf } from './positions-of.ts'
import { searchEvents } from './search-events.ts'

/** The place of a delivery is that of its event times this, and how many the event had before it. */
const placesPerEvent = 1_024

interface DeliveryRow {
  readonly id: number
  readonly place: number
}

/** Which deliveries match, by their ids: those of the newest event first, as they are looked for by their events. Bounded as `searchEvents`. */
export function searchDeliveries(database: Database, filter: DeliveryFilter, { cursor, limit }: PageRequest): FoundPage {
  const below = cursor ?? Number.MAX_SAFE_INTEGER
  const events = findEvents(database, filter, { cursor: Math.ceil(below / placesPerEvent), limit: limit + 1 })
  const rows = deliveriesOf(database, events.positions, filter, below, limit + 1)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const rest = events.nextCursor === null ? null : events.nextCursor * placesPerEvent
  return { positions: shown.map(({ id }) => id), nextCursor: rows.length > limit && last !== undefined ? last.place : rest }
}

function findEvents(database: Database, filter: DeliveryFilter, page: Required<PageRequest>): FoundPage {
  const { id, identified, event, ...search } = filter
  if (id === undefined && identified === undefined) {
    return searchEvents(database, { ...search, ...(event === undefined ? {} : { id: event }) }, page)
  }
  // SQLite itself finds the best way.
  const positions = positionsOf(
    database,
    sql`SELECT DISTINCT d.event_seq FROM deliveries d JOIN events e ON e.seq = d.event_seq
      WHERE ${deliveryConditions(filter)} AND +d.event_seq < ${page.cursor} ORDER BY d.event_seq DESC LIMIT ${page.limit + 1}`,
  )
  return toFoundPage({ positions, through: 0 }, page.limit)
}

function deliveriesOf(
  database: Database,
  events: readonly number[],
  { id, status, destination, code, identified }: DeliveryFilter,
  below: number,
  limit: number,
): readonly DeliveryRow[] {
  const own = {
    ...(id === undefined ? {} : { id }),
    ...(status === undefined ? {} : { status }),
    ...(destination === undefined ? {} : { destination }),
    ...(code === undefined ? {} : { code }),
    ...(identified === undefined ? {} : { identified }),
  }
  const { sql: text, parameters } = sql`SELECT * FROM (SELECT d.id, d.event_seq * ${placesPerEvent}
      + (SELECT count(*) FROM deliveries o WHERE o.event_seq = d.event_seq AND o.id < d.id) AS place
      FROM json_each(${JSON.stringify(events)}) j CROSS JOIN deliveries d ON d.event_seq = j.value
      WHERE ${deliveryConditions(own, { byId: true })})
    WHERE place < ${below} ORDER BY place DESC LIMIT ${limit}`.compile(queryBuilder)
  return database.prepare<unknown[], DeliveryRow>(text).all(...parameters)
}
