import { parkedDueAt } from './waiting-due-at.ts'

/** SQL of the event that a delivery, the row `d`, waits for in the order of its customer; null when it waits for none. */
export const waitsFor: string = `CASE WHEN d.due_at = ${parkedDueAt} THEN (
  SELECT w.event_id FROM deliveries f JOIN events w ON w.seq = f.event_seq
  WHERE f.destination = d.destination AND f.ordering_group = d.ordering_group AND f.status = 'pending'
  ORDER BY f.ordering_key, f.event_seq LIMIT 1) END`

/** What a delivery of an event waits for, in words. Itself: it is the first, and a later one is being attempted. */
export function waitingReason(eventId: string, waitsForEventId: string): string {
  return waitsForEventId === eventId
    ? 'waits until a later event of the same customer has been attempted'
    : `waits for an earlier event of the same customer: ${waitsForEventId}`
}
