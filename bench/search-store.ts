import { createHash } from 'node:crypto'
import type { SubtotalEvent } from '@subtotal-connectors/core'
import { toUlid } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import Database from 'better-sqlite3'
import { contentHash } from '../apps/relay/src/ingest/content-hash.ts'
import { orderKey } from '../apps/relay/src/ingest/order-key.ts'
import { openSqliteStore } from '../apps/relay/src/store/sqlite/sqlite-store.ts'

/** The destinations of a store to search. */
export const destinations: readonly string[] = ['braze', 'klaviyo', 'customerio']

const groupSize = 2_000
const connections = 100_000
const retailers = 30
const periodMs = 30 * 86_400_000

/**
 * Makes a store with so many events of 30 days, of 100,000 connections at 30 retailers, nine of ten purchases. Of the deliveries three of a
 * thousand are dead and two skipped, the newest of one destination wait, and the others are delivered. One retailer and one type are seen
 * in the oldest events alone.
 */
export async function fillStore(path: string, count: number, now: number): Promise<void> {
  const store = await openSqliteStore(path, now)
  for (let from = 0; from < count; from += groupSize) {
    const events = Array.from({ length: Math.min(groupSize, count - from) }, (_, index) => {
      const number = from + index
      const receivedAt = now - periodMs + Math.floor((number / count) * periodMs)
      const event = toEvent(number, receivedAt)
      return { event, orderKey: orderKey(event.id, receivedAt), contentHash: contentHash(event), receivedAt }
    })
    await store.ingest({ events, destinations })
  }
  await store.close()
  settle(path, count)
}

/** What the event with this number says. */
export function toEvent(number: number, receivedAt: number): SubtotalEvent {
  const connection = (number * 7_919) % connections
  const id = toUlid(receivedAt, createHash('sha1').update(String(number)).digest())
  const about = {
    id,
    connection: { id: `connection-${connection}`, retailer: number < 3 ? 'retailer-rare' : `retailer-${connection % retailers}` },
    customer: { id: `customer-${connection}`, email: `person-${connection}@shoppers.example`, mobile: null },
  }
  if (number < 3) return makeConnectionEvent('connection.unauthenticated', about)
  if (number % 10 === 0) {
    return number % 30 === 0 ? makeConnectionEvent('account.connected', about) : makeProfileEvent('profile.created', about)
  }
  return makePurchaseEvent({ ...about, purchase: { id: `purchase-${number}` } })
}

function settle(path: string, count: number): void {
  const database = new Database(path)
  database.pragma('synchronous = OFF')
  const settled = `due_at = 0, attempts = 1, settled_at = (SELECT received_at + 900 FROM events e WHERE e.seq = event_seq)`
  const failed = `error_code = iif(event_seq % 2 = 0, 'ERR_REJECTED', 'ERR_NO_IDENTIFIER'), error_message = 'No such field.'`
  database.transaction(() => {
    database.exec(`UPDATE deliveries SET status = 'dead', ${settled}, ${failed} WHERE event_seq % 333 = 1`)
    database.exec(
      `UPDATE deliveries SET status = 'skipped', ${settled}, skip_reason = 'historical' WHERE event_seq % 500 = 2 AND status = 'pending'`,
    )
    database.exec(
      `UPDATE deliveries SET status = 'delivered', ${settled} WHERE status = 'pending' AND (destination <> 'klaviyo' OR event_seq <= ${count - count / 20})`,
    )
    database.exec('DELETE FROM delivery_counts')
    database.exec('INSERT INTO delivery_counts SELECT destination, status, count(*) FROM deliveries GROUP BY 1, 2')
  })()
  database.pragma('wal_checkpoint(TRUNCATE)')
  database.close()
}
