import type { Database } from 'better-sqlite3'
import type {
  AttemptRecord,
  EventDetail,
  EventOutcome,
  EventRecord,
  EventSearch,
  ListedEvent,
  Page,
  PageRequest,
} from '../records.ts'
import type { EventBodies } from './event-bodies.ts'
import { eventBodies } from './event-bodies.ts'
import type { DeliveryRow } from './list-deliveries.ts'
import { deliveryColumns, toDeliveryRecord } from './list-deliveries.ts'
import { searchEvents } from './search/search-events.ts'
import type { EventColumns } from './unreadable-events.ts'
import { eventColumns, unreadableEvent } from './unreadable-events.ts'

interface EventRow extends EventColumns {
  readonly seq: number
  readonly body: string
  readonly versions: number
  readonly payload_deleted_at: number | null
}

/** What is read of the events of one page; a page has one at least. */
const pageBytes = 8 * 1024 * 1024

const columns = `e.seq, e.body, ${eventColumns}, e.payload_deleted_at,
  (SELECT count(*) FROM event_versions v WHERE v.event_seq = e.seq) AS versions`

/** Events that match, newest first. A page of large ones is shorter. */
export function listEvents(database: Database, search: EventSearch, page: PageRequest): Page<ListedEvent> {
  const { positions, nextCursor } = searchEvents(database, search, page)
  const find = database.prepare<[number], EventRow>(`SELECT ${columns} FROM events e WHERE e.seq = ?`)
  const bodies = eventBodies(database)
  const outcomes = database.prepare<[number], EventOutcome>(
    'SELECT destination, status FROM deliveries WHERE event_seq = ? ORDER BY id',
  )
  const items: ListedEvent[] = []
  let bytes = 0
  for (const [index, seq] of positions.entries()) {
    const row = find.get(seq)
    if (row === undefined) continue
    bytes += row.body.length
    if (items.length > 0 && bytes > pageBytes) return { items, nextCursor: positions[index - 1] ?? null }
    items.push({ ...toEventRecord(row, bodies), outcomes: outcomes.all(seq) })
  }
  return { items, nextCursor }
}

/** One event with its deliveries and their failed attempts. */
export function findEvent(database: Database, eventId: string): EventDetail | undefined {
  const row = database.prepare<[string], EventRow>(`SELECT ${columns} FROM events e WHERE e.event_id = ?`).get(eventId)
  if (row === undefined) return undefined
  const deliveries = database
    .prepare<[number], DeliveryRow>(
      `SELECT ${deliveryColumns} FROM deliveries d JOIN events e ON e.seq = d.event_seq WHERE d.event_seq = ? ORDER BY d.id`,
    )
    .all(row.seq)
  const attempts = database.prepare<[number], AttemptRecord>(
    'SELECT number, at, outcome, code, message, status FROM attempts WHERE delivery_id = ? ORDER BY number',
  )
  return {
    ...toEventRecord(row, eventBodies(database)),
    deliveries: deliveries.map((delivery) => ({ ...toDeliveryRecord(delivery), failedAttempts: attempts.all(delivery.id) })),
  }
}

function toEventRecord(row: EventRow, bodies: EventBodies): EventRecord {
  const event = bodies.open(row)
  const { received_at: receivedAt, versions, payload_deleted_at: payloadDeletedAt } = row
  return { event: event ?? unreadableEvent(row), isReadable: event !== undefined, receivedAt, versions, payloadDeletedAt }
}
