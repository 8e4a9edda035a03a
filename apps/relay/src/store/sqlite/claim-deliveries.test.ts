import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { claimDeliveries } from './claim-deliveries.ts'
import { customerOrder } from './customer-order.ts'
import { deliveryCounts } from './delivery-counts.ts'
import { openDatabase } from './open-database.ts'

test('everything after a claim is synced again, also when the claim fails', () => {
  const { database, lock } = openDatabase(join(temporaryFolder(), 'relay.db'))
  const claim = claimDeliveries(database, deliveryCounts(database), customerOrder(database, []))
  database.exec(`INSERT INTO events (event_id, idempotency_key, type, occurred_at, received_at, order_key, connection_id, content_hash, body)
    VALUES ('a', 'a', '', '', 0, '', '', '', '{}');
    INSERT INTO deliveries (event_seq, destination, status, due_at, pending_since) VALUES (1, 'one', 'pending', 0, 0);`)
  const request = { destination: 'one', now: 1, limit: 1, maxBytes: 1, leaseUntil: 2, leaseToken: 'mine' }
  expect(claim(request).deliveries).toHaveLength(1)
  expect(database.pragma('synchronous', { simple: true })).toBe(2)
  database.exec('UPDATE deliveries SET due_at = 0; ALTER TABLE events RENAME TO gone')
  expect(() => claim(request)).toThrow('events')
  expect(database.pragma('synchronous', { simple: true })).toBe(2)
  database.close()
  lock.release()
})
