import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordStatements } from '../../../../test/support/query-plans.ts'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import type { DeliveryFilter, EventSearch } from '../../records.ts'
import { openDatabase } from '../open-database.ts'
import { searchDeliveries } from './search-deliveries.ts'
import { searchEvents } from './search-events.ts'

const person = '0'.repeat(32)
const eventSearches: readonly EventSearch[] = [
  {},
  { id: 'a' },
  { purchase: 'p' },
  { customer: 'c' },
  { connection: 'x', type: 't' },
  { person },
  { type: 't' },
  { retailer: 'r', since: 1, until: 2 },
  { status: 'dead' },
  { status: 'dead', destination: 'd', retailer: 'r' },
  { status: 'skipped', type: 't' },
  { status: 'pending', destination: 'd', type: 't' },
  { status: 'delivered', destination: 'd' },
]
const deliveryFilters: readonly DeliveryFilter[] = [
  {},
  { id: '1' },
  { event: 'a' },
  { purchase: 'p', status: 'dead' },
  { customer: 'c', destination: 'd' },
  { person },
  { type: 't', retailer: 'r' },
  { status: 'dead' },
  { status: 'dead', destination: 'd', code: 'ERR_REJECTED' },
  { status: 'pending', destination: 'd' },
  { status: 'skipped', retailer: 'r' },
  { status: 'delivered', since: 1 },
  { code: 'ERR_REJECTED', type: 't' },
  { identified: true },
]

/** Gone through in the order of the answer, and left when the answer is whole or a bound is reached. */
const bounded =
  /^SCAN d USING COVERING INDEX deliveries_skipped_by_event|^SEARCH|^SCAN (g|j|delivery_counts|\(subquery-1\))|^LIST SUBQUERY/

test('every search finds its rows by an index, or goes through a bounded part of one', () => {
  const { database, lock } = openDatabase(join(temporaryFolder(), 'relay.db'))
  database.exec(`INSERT INTO person_index VALUES ('${person}', 'x', 'c')`)
  database.exec("INSERT INTO delivery_counts VALUES ('d', 'pending', 1)")
  database.exec(`INSERT INTO events (event_id, idempotency_key, type, occurred_at, received_at, order_key, connection_id, retailer,
    content_hash, body) VALUES ('a', 'purchase.created:p', 't', '', 1, '', 'x', 'r', '', '{}')`)
  database.exec(
    "INSERT INTO deliveries (event_seq, destination, status, due_at, pending_since) VALUES (1, 'd', 'delivered', 0, 0)",
  )
  const { statements, plans } = recordStatements(database)
  for (const search of eventSearches) searchEvents(database, search, { limit: 50, cursor: 1_000 })
  for (const filter of deliveryFilters) searchDeliveries(database, filter, { limit: 50, cursor: 1_000 })
  expect(statements.size).toBeGreaterThan(20)
  const steps = plans()
  const slow = steps.filter(({ detail }) => /^SCAN/.test(detail) && !bounded.test(detail))
  expect(slow).toEqual([])
  const looksUp = (index: string): boolean => steps.some(({ detail }) => detail.includes(index))
  expect(looksUp('events_by_facets (type=? AND retailer=? AND seq>? AND seq<?)')).toBe(true)
  database.close()
  lock.release()
})
