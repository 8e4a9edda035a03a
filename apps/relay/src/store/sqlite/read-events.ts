import type { Database } from 'better-sqlite3'
import type { DeliveryRow } from '../common/delivery-record.ts'
import { deliveryColumns, toDeliveryRecord } from '../common/delivery-record.ts'
import { eventBodies } from '../common/event-bodies.ts'
import type { EventRow } from '../common/event-record.ts'
import { eventRowColumns, toEventRecord } from '../common/event-record.ts'
import { pageBytes } from '../common/page-bytes.ts'
import type { AttemptRecord, EventDetail, EventOutcome, EventSearch, ListedEvent, Page, PageRequest } from '../records.ts'
import { searchEvents } from './search/search-events.ts'
import { sealerOf } from './store-sealer.ts'

const columns = eventRowColumns('')

/** Events that match, newest first. A page of large ones is shorter. */
export function listEvents(database: Database, search: EventSearch, page: PageRequest): Page<ListedEvent> {
  const { positions, nextCursor } = searchEvents(database, search, page)
  const find = database.prepare<[number], EventRow>(`SELECT ${columns} FROM events e WHERE e.seq = ?`)
  const bodies = eventBodies(sealerOf(database))
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
      `SELECT ${deliveryColumns('')} FROM deliveries d JOIN events e ON e.seq = d.event_seq WHERE d.event_seq = ? ORDER BY d.id`,
    )
    .all(row.seq)
  const attempts = database.prepare<[number], AttemptRecord>(
    'SELECT number, at, outcome, code, message, status FROM attempts WHERE delivery_id = ? ORDER BY number',
  )
  return {
    ...toEventRecord(row, eventBodies(sealerOf(database))),
    deliveries: deliveries.map((delivery) => ({ ...toDeliveryRecord(delivery), failedAttempts: attempts.all(delivery.id) })),
  }
}
