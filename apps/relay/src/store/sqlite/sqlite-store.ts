import { systemClock } from '../../clock/clock.ts'
import type { EncryptionKeys } from '../../encryption/encryption-keys.ts'
import type { EnrichmentSettings } from '../../enrichment/enrichment-settings.ts'
import { parkedDueAt } from '../common/waiting-due-at.ts'
import type { OnSchemaChange } from '../schema-change.ts'
import type { Store } from '../store.ts'
import { countActivity } from './activity-log.ts'
import { claimDeliveries } from './claim-deliveries.ts'
import { connectionHistory } from './connection-history.ts'
import { customerOrder } from './customer-order.ts'
import { deliveryCounts } from './delivery-counts.ts'
import { freeEnrichmentLeases, sqliteEnrichments } from './enrichments.ts'
import { erasureGuard } from './erasure-guard.ts'
import { fairTurns } from './fair-turns.ts'
import { fileGuard } from './file-guard.ts'
import { freeLeases } from './free-leases.ts'
import { ingestEvents } from './ingest-events.ts'
import { lanePauses } from './lane-pauses.ts'
import { lateIdentities } from './late-identities.ts'
import { logSize } from './log-size.ts'
import { openDatabase } from './open-database.ts'
import { quarantineWebhook } from './quarantine-webhook.ts'
import { fileScrubber } from './scrub-file.ts'
import { settleDeliveries } from './settle-deliveries.ts'
import type { SpaceGuardOptions } from './space-guard.ts'
import { spaceGuard } from './space-guard.ts'
import { sqliteEncryption } from './sqlite-encryption.ts'
import { sqliteErasures } from './sqlite-erasures.ts'
import { sqliteImports } from './sqlite-imports.ts'
import { sqliteOperations } from './sqlite-operations.ts'
import { sqliteReads } from './sqlite-reads.ts'
import { sqliteRetention } from './sqlite-retention.ts'
import { waitingEvents } from './waiting-events.ts'

/** What may be chosen of a store. */
export type SqliteStoreOptions = Partial<Omit<SpaceGuardOptions, 'path' | 'makeRoom' | 'roomIsBack'>> & {
  /** What of an event is fetched from Subtotal before it is delivered. Default: nothing, and no event waits. */
  readonly enrichment?: EnrichmentSettings
  /** With what people's data is sealed. Default: it is stored as it is. */
  readonly encryption?: EncryptionKeys
  /** The destinations that get a customer's events in their order. Default: none. */
  readonly orderedDestinations?: readonly string[]
  /** Default: nobody is told. */
  readonly onSchemaChange?: OnSchemaChange
}

/**
 * Opens a store in one SQLite file, for one process. Every write but a lease is synced before it is promised. Throws a
 * `ConfigurationError` in words when the file cannot be used; see `openDatabase`.
 */
export async function openSqliteStore(path: string, now: number, options: SqliteStoreOptions = {}): Promise<Store> {
  const { elapsed = systemClock.elapsed, enrichment, encryption, orderedDestinations = [], onSchemaChange, ...space } = options
  const { database, lock } = openDatabase(path, encryption, onSchemaChange)
  const log = logSize(database)
  const { freeBytes, check, withReserve } = spaceGuard({
    path,
    elapsed,
    makeRoom: log.keepSmall,
    roomIsBack: log.letGrow,
    ...space,
  })
  const order = withReserve(() => customerOrder(database, orderedDestinations))
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
  const scrubber = fileScrubber(database, path)
  const cleaning = { database, path, counts, guard, scrubber, checkFile }
  const ingest = ingestEvents(database, counts, guard, enrichment)
  const quarantine = quarantineWebhook(database, counts, guard)
  const waiting = waitingEvents(database, counts)
  const identities = lateIdentities(database, counts, history, guard)
  const claim = claimDeliveries(database, counts, order)
  const pauses = lanePauses(database)
  const countAll = countActivity(database, counts.activity)
  const settle = settleDeliveries(database, counts)
  const renew = database.prepare("UPDATE deliveries SET due_at = ? WHERE id = ? AND lease_token = ? AND status = 'pending'")
  const nextDueAt = database
    .prepare<[string], number | null>(
      `SELECT min(due_at) FROM deliveries WHERE destination = ? AND status = 'pending' AND due_at < ${parkedDueAt}`,
    )
    .pluck()
  const insertAudit = database.prepare('INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, ?, ?)')
  const checkWrite = database.prepare("UPDATE counters SET value = value + 1 WHERE name = 'write_checks'")
  const renewAll = database.transaction((ids: readonly string[], token: string, until: number) => {
    for (const id of ids) renew.run(until, id, token)
  }).immediate

  return {
    ...sqliteReads(database),
    ...sqliteOperations(database, counts, ingest, waiting, identities, checkFile),
    ...sqliteImports(database, ingest, guard, checkFile),
    ...sqliteErasures(cleaning),
    ...sqliteEncryption(cleaning),
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
    countActivity: async (counted) => withReserve(() => countAll(counted)),
    connectionState: async (connectionId) => history.now(connectionId),
    audit: async (entry) => {
      insertAudit.run(entry.at, entry.actor, entry.action, entry.subject)
    },
    checkWrite: async () => {
      checkFile()
      checkWrite.run()
    },
    freeBytes: async () => freeBytes(),
    close: async () => {
      database.close()
      // Earlier it would end the locks that SQLite holds on the file.
      scrubber.close()
      lock.release()
    },
  }
}
