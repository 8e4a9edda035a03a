import type { DeliveryRow } from '../common/delivery-record.ts'
import { deliveryColumns, toDeliveryRecord } from '../common/delivery-record.ts'
import type { EventBodies } from '../common/event-bodies.ts'
import type { EventRow } from '../common/event-record.ts'
import { eventRowColumns, toEventRecord } from '../common/event-record.ts'
import { pageBytes } from '../common/page-bytes.ts'
import type { AttemptRecord, EventDetail, EventOutcome, EventSearch, ListedEvent, Page, PageRequest } from '../records.ts'
import { searchEvents } from './search/search-events.ts'
import type { SqlSession } from './sql-session.ts'

interface PageRow extends EventRow {
  /** How many events the page has with those that are too large for it. */
  readonly found: number
}

interface OutcomeRow extends EventOutcome {
  readonly event_seq: number
}

interface AttemptRow extends AttemptRecord {
  readonly delivery_id: number
}

const columns = eventRowColumns('relay.')

/** Events that match, newest first. A page of large ones is shorter. */
export async function listEvents(
  session: SqlSession,
  bodies: EventBodies,
  search: EventSearch,
  page: PageRequest,
): Promise<Page<ListedEvent>> {
  const { positions, nextCursor } = await searchEvents(session, search, page)
  if (positions.length === 0) return { items: [], nextCursor }
  const [rows, outcomes] = await Promise.all([
    session.rows<PageRow>(
      `SELECT ${columns}, p.found FROM (
         SELECT f.seq, row_number() OVER newest AS place, sum(octet_length(f.body)) OVER newest AS bytes, count(*) OVER () AS found
         FROM relay.events f WHERE f.seq = ANY($1::bigint[]) WINDOW newest AS (ORDER BY f.seq DESC)) p
       JOIN relay.events e ON e.seq = p.seq WHERE p.place = 1 OR p.bytes <= $2 ORDER BY e.seq DESC`,
      positions,
      pageBytes,
    ),
    session.rows<OutcomeRow>(
      'SELECT event_seq, destination, status FROM relay.deliveries WHERE event_seq = ANY($1::bigint[]) ORDER BY id',
      positions,
    ),
  ])
  const outcomesOf = Map.groupBy(outcomes, (outcome) => outcome.event_seq)
  const items = rows.map((row) => ({
    ...toEventRecord(row, bodies),
    outcomes: (outcomesOf.get(row.seq) ?? []).map(({ destination, status }) => ({ destination, status })),
  }))
  const last = rows.at(-1)
  return { items, nextCursor: last !== undefined && rows.length < last.found ? last.seq : nextCursor }
}

/** One event with its deliveries and their failed attempts. */
export async function findEvent(session: SqlSession, bodies: EventBodies, eventId: string): Promise<EventDetail | undefined> {
  const row = await session.row<EventRow>(`SELECT ${columns} FROM relay.events e WHERE e.event_id = $1`, eventId)
  if (row === undefined) return undefined
  const deliveries = await session.rows<DeliveryRow>(
    `SELECT ${deliveryColumns('relay.')} FROM relay.deliveries d JOIN relay.events e ON e.seq = d.event_seq
     WHERE d.event_seq = $1 ORDER BY d.id`,
    row.seq,
  )
  const attempts = await session.rows<AttemptRow>(
    `SELECT delivery_id, number, at, outcome, code, message, status FROM relay.attempts
     WHERE delivery_id = ANY($1::bigint[]) ORDER BY number`,
    deliveries.map(({ id }) => id),
  )
  const attemptsOf = Map.groupBy(attempts, (attempt) => attempt.delivery_id)
  return {
    ...toEventRecord(row, bodies),
    deliveries: deliveries.map((delivery) => ({
      ...toDeliveryRecord(delivery),
      failedAttempts: (attemptsOf.get(delivery.id) ?? []).map(({ delivery_id: _id, ...attempt }) => attempt),
    })),
  }
}
