import type { Database } from 'better-sqlite3'
import type { DeliveryFilter, DeliveryRecord, DeliveryStatus, Page, PageRequest } from '../records.ts'
import { searchDeliveries } from './search/search-deliveries.ts'
import { parkedDueAt, waitingDueAt } from './waiting-due-at.ts'
import { waitingReason, waitsFor } from './waits-for.ts'

/** A delivery with what is shown of its event. */
export interface DeliveryRow {
  readonly id: number
  readonly event_id: string
  readonly type: string
  readonly destination: string
  readonly status: DeliveryStatus
  readonly due_at: number
  readonly attempts: number
  readonly settled_at: number | null
  readonly skip_reason: string | null
  readonly error_code: string | null
  readonly error_message: string | null
  readonly replay_id: number | null
  /** The event it waits for in its customer's order. */
  readonly waits_for: string | null
}

/** The columns of {@link DeliveryRow}, of tables `d` and `e`. */
export const deliveryColumns: string = `d.id, e.event_id, e.type, d.destination, d.status, d.due_at, d.attempts, d.settled_at, d.skip_reason,
  d.error_code, d.error_message, d.replay_id, ${waitsFor} AS waits_for`

/** Deliveries that match, newest first. */
export function listDeliveries(database: Database, filter: DeliveryFilter, page: PageRequest): Page<DeliveryRecord> {
  const { positions, nextCursor } = searchDeliveries(database, filter, page)
  const find = database.prepare<[number], DeliveryRow>(
    `SELECT ${deliveryColumns} FROM deliveries d JOIN events e ON e.seq = d.event_seq WHERE d.id = ?`,
  )
  return { items: positions.flatMap((id) => find.all(id)).map(toDeliveryRecord), nextCursor }
}

/** A delivery as people see it. */
export function toDeliveryRecord(row: DeliveryRow): DeliveryRecord {
  const isPending = row.status === 'pending'
  return {
    id: String(row.id),
    eventId: row.event_id,
    eventType: row.type,
    destination: row.destination,
    status: row.status,
    attempts: row.attempts,
    dueAt: isPending && row.due_at < parkedDueAt ? row.due_at : null,
    settledAt: row.settled_at,
    reason: isPending ? whyItWaits(row) : row.skip_reason,
    replayId: row.replay_id === null ? null : String(row.replay_id),
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
  }
}

function whyItWaits({
  due_at: dueAt,
  event_id: eventId,
  waits_for: waitsForEventId,
  skip_reason: reason,
}: DeliveryRow): string | null {
  if (dueAt === waitingDueAt) return 'waits to be completed from Subtotal'
  return waitsForEventId === null ? reason : waitingReason(eventId, waitsForEventId)
}
