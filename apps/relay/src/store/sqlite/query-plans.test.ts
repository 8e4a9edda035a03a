import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordStatements } from '../../../test/support/query-plans.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { claimDeliveries } from './claim-deliveries.ts'
import { connectionHistory } from './connection-history.ts'
import { customerOrder } from './customer-order.ts'
import { deliveryCounts } from './delivery-counts.ts'
import { sqliteEnrichments } from './enrichments.ts'
import { erasureGuard } from './erasure-guard.ts'
import { ingestEvents } from './ingest-events.ts'
import { openDatabase } from './open-database.ts'
import { quarantineWebhook } from './quarantine-webhook.ts'
import { settleDeliveries } from './settle-deliveries.ts'

/** Small, whatever the backlog: one row per destination and state, and a handful of counters. */
const smallTables = /^SCAN (delivery_counts|counters|ordered_destinations|CONSTANT ROW)/

test('what runs all the time costs the same whatever waits: every statement finds its rows by an index, in order', () => {
  const { database, lock } = openDatabase(join(temporaryFolder(), 'relay.db'))
  const guard = erasureGuard(database)
  const { statements, plans: readPlans } = recordStatements(database)
  const counts = deliveryCounts(database)
  claimDeliveries(database, counts, customerOrder(database, ['one']))
  settleDeliveries(database, counts)
  ingestEvents(database, counts, guard)
  quarantineWebhook(database, counts, guard)
  sqliteEnrichments(database, counts, connectionHistory(database), guard, (action) => action())
  expect(statements.size).toBeGreaterThan(12)
  const plans = readPlans()
  const slow = plans.filter(({ detail }) => /^SCAN|TEMP B-TREE/.test(detail) && !smallTables.test(detail))
  expect(slow).toEqual([])
  const looksUp = (index: string): boolean => plans.some(({ detail }) => detail.includes(index))
  expect(looksUp('deliveries_pending (destination=? AND due_at<?)')).toBe(true)
  expect(looksUp('deliveries_ordered (destination=? AND ordering_group=?)')).toBe(true)
  expect(looksUp('deliveries_ordered_leased (destination=? AND ordering_group=?)')).toBe(true)
  expect(looksUp('deliveries_sent_profiles (destination=? AND profile_connection=? AND ordering_key>?)')).toBe(true)
  database.close()
  lock.release()
})
