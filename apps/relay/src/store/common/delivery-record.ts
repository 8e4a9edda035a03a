import type { DeliveryRecord, DeliveryStatus } from '../records.ts'
import { parkedDueAt, waitingDueAt } from './waiting-due-at.ts'

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

/** The columns of {@link DeliveryRow}, of tables `d` and `e`. `schema`: before the names of tables. */
export const deliveryColumns = (
  schema: '' | 'relay.',
): string => `d.id, e.event_id, e.type, d.destination, d.status, d.due_at, d.attempts, d.settled_at, d.skip_reason,
  d.error_code, d.error_message, d.replay_id,
  ${waitsFor(schema)} AS waits_for`

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

/** SQL of the event that a delivery, the row `d`, waits for in the order of its customer; null when it waits for none. */
const waitsFor = (schema: string): string => `CASE WHEN d.due_at = ${parkedDueAt} THEN (
  SELECT w.event_id FROM ${schema}deliveries f JOIN ${schema}events w ON w.seq = f.event_seq
  WHERE f.destination = d.destination AND f.ordering_group = d.ordering_group AND f.status = 'pending'
  ORDER BY f.ordering_key, f.event_seq LIMIT 1) END`

/** What a delivery of an event waits for, in words. Itself: it is the first, and a later one is being attempted. */
function waitingReason(eventId: string, waitsForEventId: string): string {
  return waitsForEventId === eventId
    ? 'waits until a later event of the same customer has been attempted'
    : `waits for an earlier event of the same customer: ${waitsForEventId}`
}
