import type { Database } from 'better-sqlite3'
import type { Store } from '../store.ts'
import { claimDeliveries } from './claim-deliveries.ts'
import { connectionHistory } from './connection-history.ts'
import { deliveryCounts } from './delivery-counts.ts'
import { ingestEvents } from './ingest-events.ts'
import { listDeliveries } from './list-deliveries.ts'
import { openDatabase } from './open-database.ts'
import { quarantineWebhook } from './quarantine-webhook.ts'
import { findEvent, listEvents } from './read-events.ts'
import { listAudit, listQuarantine } from './read-records.ts'
import { settleDeliveries } from './settle-deliveries.ts'

/** No lease is longer; what is due within it may be held by a process that is gone. */
const longestLeaseMs = 300_000

/**
 * Opens a store in one SQLite file, for one process. Every write but a lease is synced before it is promised. Throws a
 * `ConfigurationError` in words when the file cannot be used; see `openDatabase`.
 */
export async function openSqliteStore(path: string, now: number): Promise<Store> {
  const { database, lock } = openDatabase(path)
  freeLeases(database, now)
  const counts = deliveryCounts(database)
  const history = connectionHistory(database)
  const ingest = ingestEvents(database, counts)
  const quarantine = quarantineWebhook(database, counts)
  const claim = claimDeliveries(database)
  const settle = settleDeliveries(database, counts)
  const renew = database.prepare("UPDATE deliveries SET due_at = ? WHERE id = ? AND lease_token = ? AND status = 'pending'")
  const nextDueAt = database
    .prepare<[string], number | null>("SELECT min(due_at) FROM deliveries WHERE destination = ? AND status = 'pending'")
    .pluck()
  const insertAudit = database.prepare('INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, ?, ?)')
  const checkWrite = database.prepare("UPDATE counters SET value = value + 1 WHERE name = 'write_checks'")
  const renewAll = database.transaction((ids: readonly string[], token: string, until: number) => {
    for (const id of ids) renew.run(until, id, token)
  }).immediate

  return {
    ingest: async (request) => ingest(request),
    quarantine: async (webhook) => quarantine(webhook),
    claim: async (request) => claim(request),
    settle: async (request) => settle(request),
    renew: async ({ deliveryIds, leaseToken, leaseUntil }) => renewAll(deliveryIds, leaseToken, leaseUntil),
    nextDueAt: async (destination) => nextDueAt.get(destination) ?? null,
    stats: async () => counts.stats(),
    listDeliveries: async (filter, page) => listDeliveries(database, filter, page),
    listEvents: async (filter, page) => listEvents(database, filter, page),
    findEvent: async (eventId) => findEvent(database, eventId),
    listQuarantine: async (page) => listQuarantine(database, page),
    connectionState: async (connectionId) => history.now(connectionId),
    audit: async (entry) => {
      insertAudit.run(entry.at, entry.actor, entry.action, entry.subject)
    },
    listAudit: async (page) => listAudit(database, page),
    checkWrite: async () => {
      checkWrite.run()
    },
    close: async () => {
      database.close()
      lock.release()
    },
  }
}

/** The lock proves that whoever held a lease is gone. */
function freeLeases(database: Database, now: number): void {
  const destinations = database.prepare<[], string>('SELECT DISTINCT destination FROM delivery_counts').pluck().all()
  const free = database.prepare(
    `UPDATE deliveries SET due_at = ?, lease_token = NULL
     WHERE destination = ? AND status = 'pending' AND due_at > ? AND due_at <= ? AND lease_token IS NOT NULL`,
  )
  for (const destination of destinations) free.run(now, destination, now, now + longestLeaseMs)
}
