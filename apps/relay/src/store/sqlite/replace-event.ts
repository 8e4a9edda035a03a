import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Database } from 'better-sqlite3'
import { eventBodies } from '../common/event-bodies.ts'
import { sealerOf } from './store-sealer.ts'

/** Stores an event as it is now that more is known of it, for every destination. Called inside the caller's transaction. */
export function replaceEvent(database: Database): (seq: number, event: SubtotalEvent) => void {
  const bodies = eventBodies(sealerOf(database))
  const update = database.prepare('UPDATE events SET body = ?, occurred_at = ?, customer_id = ?, retailer = ? WHERE seq = ?')
  return (seq, event) => {
    update.run(bodies.seal(event), event.occurredAt, event.customer.id, event.connection.retailer, seq)
  }
}
