import { sql } from 'kysely'
import type { DeliveryRow } from '../../common/delivery-record.ts'
import { deliveryColumns } from '../../common/delivery-record.ts'
import type { DeliveryFilter, PageRequest } from '../../records.ts'
import { deliveryConditions } from '../filter-conditions.ts'
import { rowsOf } from '../query-builder.ts'
import type { SqlSession } from '../sql-session.ts'
import { searchEvents } from './search-events.ts'

/** The place of a delivery is that of its event times this, and how many the event had before it. */
const placesPerEvent = 1_024

interface PlacedRow extends DeliveryRow {
  readonly place: number
}

/** The deliveries of one page, and where the next one begins. */
export interface FoundDeliveries {
  readonly rows: readonly DeliveryRow[]
  readonly nextCursor: number | null
}

/** Which deliveries match: those of the newest event first, as they are looked for by their events. Bounded as `searchEvents`. */
export async function searchDeliveries(
  session: SqlSession,
  filter: DeliveryFilter,
  { cursor, limit }: PageRequest,
): Promise<FoundDeliveries> {
  const below = cursor ?? Number.MAX_SAFE_INTEGER
  const { id, event, ...search } = filter
  if (id !== undefined) return { rows: await deliveryWith(session, filter), nextCursor: null }
  const events = await searchEvents(
    session,
    { ...search, ...(event === undefined ? {} : { id: event }) },
    { cursor: Math.ceil(below / placesPerEvent), limit: limit + 1 },
  )
  const found = await deliveriesOf(session, events.positions, filter, below, limit + 1)
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  const rest = events.nextCursor === null ? null : events.nextCursor * placesPerEvent
  return { rows, nextCursor: found.length > limit && last !== undefined ? last.place : rest }
}

async function deliveryWith(session: SqlSession, filter: DeliveryFilter): Promise<readonly DeliveryRow[]> {
  return rowsOf<DeliveryRow>(
    session,
    sql`SELECT ${sql.raw(deliveryColumns('relay.'))} FROM relay.deliveries d JOIN relay.events e ON e.seq = d.event_seq
      WHERE ${deliveryConditions(filter)}`,
  )
}

/** Each row is looked up by itself, whatever PostgreSQL guesses of how many match. */
async function deliveriesOf(
  session: SqlSession,
  events: readonly number[],
  filter: DeliveryFilter,
  below: number,
  limit: number,
): Promise<readonly PlacedRow[]> {
  return rowsOf<PlacedRow>(
    session,
    sql`SELECT * FROM (SELECT ${sql.raw(deliveryColumns('relay.'))}, d.event_seq * ${placesPerEvent}::bigint
        + (SELECT count(*) FROM relay.deliveries o WHERE o.event_seq = d.event_seq AND o.id < d.id) AS place
        FROM (SELECT * FROM relay.events WHERE seq = ANY(${sql.val(events)}::bigint[]) OFFSET 0) e
        CROSS JOIN LATERAL (SELECT * FROM relay.deliveries o WHERE o.event_seq = e.seq OFFSET 0) d
        WHERE ${deliveryConditions(filter)}) found
      WHERE place < ${below} ORDER BY place DESC LIMIT ${limit}`,
  )
}
