import type { Database } from 'better-sqlite3'
import { systemClock } from '../../clock/clock.ts'
import type { EnrichmentSettings } from '../../enrichment/enrichment-settings.ts'
import type { Store } from '../store.ts'
import { claimDeliveries } from './claim-deliveries.ts'
import { connectionHistory } from './connection-history.ts'
import { deliveryCounts } from './delivery-counts.ts'
import { freeEnrichmentLeases, sqliteEnrichments } from './enrichments.ts'
import { erasureGuard } from './erasure-guard.ts'
import { fairTurns } from './fair-turns.ts'
import { fileGuard } from './file-guard.ts'
import { ingestEvents } from './ingest-events.ts'
import { lanePauses } from './lane-pauses.ts'
import { listDeliveries } from './list-deliveries.ts'
import { logSize } from './log-size.ts'
import { openDatabase } from './open-database.ts'
import { quarantineWebhook } from './quarantine-webhook.ts'
import { findEvent, listEvents } from './read-events.ts'
import { listAudit, listQuarantine } from './read-records.ts'
import { settleDeliveries } from './settle-deliveries.ts'
import type { SpaceGuardOptions } from './space-guard.ts'
import { spaceGuard } from './space-guard.ts'
import { sqliteErasures } from './sqlite-erasures.ts'
import { sqliteImports } from './sqlite-imports.ts'
import { sqliteOperations } from './sqlite-operations.ts'
import { sqliteRetention } from './sqlite-retention.ts'
import { waitingDueAt } from './waiting-due-at.ts'
import { waitingEvents } from './waiting-events.ts'

/** What may be chosen of a store. */
export type SqliteStoreOptions = Partial<Omit<SpaceGuardOptions, 'path' | 'makeRoom' | 'roomIsBack'>> & {
  /** What of an event is fetched from Subtotal before it is delivered. Default: nothing, and no event waits. */
  readonly enrichment?: EnrichmentSettings
}

/** No lease is longer; what is due within it may be held by a process that is gone. */
const longestLeaseMs = 300_000

/**
 * Opens a store in one SQLite file, for one process. Every write but a lease is synced before it is promised. Throws a
 * `ConfigurationError` in words when the file cannot be used; see `openDatabase`.
 */
export async function openSqliteStore(path: string, now: number, options: SqliteStoreOptions = {}): Promise<Store> {
  const { database, lock } = openDatabase(path)
  const { elapsed = systemClock.elapsed, enrichment, ...space } = options
  const log = logSize(database)
  const { freeBytes, check, withReserve } = spaceGuard({
    path,
    elapsed,
    makeRoom: log.keepSmall,
    roomIsBack: log.letGrow,
    ...space,
  })
  withReserve(() => freeLeases(database, now))
  withReserve(() => freeEnrichmentLeases(database, now))
  const fairTurn = fairTurns(systemClock.elapsed)
  const checkMoved = fileGuard(path)
  const checkFile = (): void => {
    checkMoved()
    check()
  }
  const counts = deliveryCounts(database)
  const history = connectionHistory(database)
  const guard = erasureGuard(database)
  const { erasures, close: closeErasures } = sqliteErasures({ database, path, counts, guard, checkFile })
  const ingest = ingestEvents(database, counts, guard, enrichment)
  const quarantine = quarantineWebhook(database, counts, guard)
  const claim = claimDeliveries(database)
  const pauses = lanePauses(database)
  const settle = settleDeliveries(database, counts)
  const renew = database.prepare("UPDATE deliveries SET due_at = ? WHERE id = ? AND lease_token = ? AND status = 'pending'")
  const nextDueAt = database
    .prepare<[string], number | null>(
      `SELECT min(due_at) FROM deliveries WHERE destination = ? AND status = 'pending' AND due_at < ${waitingDueAt}`,
    )
    .pluck()
  const insertAudit = database.prepare('INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, ?, ?)')
  const checkWrite = database.prepare("UPDATE counters SET value = value + 1 WHERE name = 'write_checks'")
  const renewAll = database.transaction((ids: readonly string[], token: string, until: number) => {
    for (const id of ids) renew.run(until, id, token)
  }).immediate

  return {
    ...sqliteOperations(database, counts, ingest, waitingEvents(database, counts, history, enrichment), checkFile),
    ...sqliteImports(database, ingest, guard, checkFile),
    ...erasures,
    ...sqliteRetention(database, counts),
    ...sqliteEnrichments(database, counts, history, guard, withReserve),
    ingest: async (request) => {
      checkFile()
      return ingest(request)
    },
    quarantine: async (webhook) => {
      checkFile()
      return quarantine(webhook)
    },
    claim: async (request) => {
      const turn = fairTurn()
      if (turn !== undefined) await turn
      return withReserve(() => claim(request))
    },
    settle: async (request) => withReserve(() => settle(request)),
    renew: async ({ deliveryIds, leaseToken, leaseUntil }) => withReserve(() => renewAll(deliveryIds, leaseToken, leaseUntil)),
    nextDueAt: async (destination) => nextDueAt.get(destination) ?? null,
    stats: async () => counts.stats(),
    pauseLane: async (pause) => pauses.pause(pause),
    resumeLane: async (destination) => pauses.resume(destination),
    lanePauses: async () => pauses.list(),
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
      checkFile()
      checkWrite.run()
    },
    freeBytes: async () => freeBytes(),
    close: async () => {
      database.close()
      closeErasures()
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
