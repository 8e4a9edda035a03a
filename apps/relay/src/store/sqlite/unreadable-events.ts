import type { Database } from 'better-sqlite3'
import { unreadableEventError } from '../common/unreadable-event-error.ts'
import type { DeliveryStatus } from '../records.ts'
import type { DeliveryCounts } from './delivery-counts.ts'

/** Makes dead letters of what waits to be sent of an event that cannot be read. Called inside the caller's transaction. */
export function giveUpUnreadable(database: Database, counts: DeliveryCounts): (seq: number, now: number) => void {
  const pending = database.prepare<[number], { readonly id: number; readonly destination: string }>(
    "SELECT id, destination FROM deliveries WHERE event_seq = ? AND status = 'pending'",
  )
  const end = database.prepare(
    `UPDATE deliveries SET status = 'dead', due_at = ?, settled_at = ?, lease_token = NULL, error_code = ?, error_message = ?
     WHERE id = ?`,
  )
  const removeEnrichment = database.prepare('DELETE FROM enrichments WHERE event_seq = ?')
  const from: DeliveryStatus = 'pending'
  return (seq, now) => {
    for (const { id, destination } of pending.all(seq)) {
      end.run(now, now, unreadableEventError.code, unreadableEventError.message, id)
      counts.add(destination, from, -1)
      counts.add(destination, 'dead', 1)
      counts.activity.died(destination, now)
    }
    counts.count('enrichments', -removeEnrichment.run(seq).changes)
  }
}
