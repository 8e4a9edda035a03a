import type { Clock } from '../../clock/clock.ts'
import { ConfigurationError } from '../../config/configuration-error.ts'
import { noEncryptionKeys } from '../../encryption/encryption-keys.ts'
import type { Store } from '../store.ts'
import { registerOrdered } from './customer-order.ts'
import { checkEncryptionKeys, rememberEncryptionKey } from './encryption-key-ids.ts'
import { openInWords } from './open-in-words.ts'
import { openSchema } from './open-schema.ts'
import { postgresClaims } from './postgres-claims.ts'
import { postgresCounts } from './postgres-counts.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { postgresEncryption } from './postgres-encryption.ts'
import { postgresEnrichments } from './postgres-enrichments.ts'
import { postgresErasures } from './postgres-erasures.ts'
import { postgresIdentities } from './postgres-identities.ts'
import { postgresImports } from './postgres-imports.ts'
import { postgresIngest } from './postgres-ingest.ts'
import { postgresReads } from './postgres-reads.ts'
import { postgresReplays } from './postgres-replays.ts'
import { postgresRetention } from './postgres-retention.ts'
import { postgresSharing } from './postgres-sharing.ts'
import type { PostgresStoreSettings } from './store-context.ts'
import { lookingContext, storeContext } from './store-context.ts'

/**
 * Opens a store in one PostgreSQL database, for any number of processes. Every write but a lease is synced before it is promised. Throws a
 * `ConfigurationError` in words when the database cannot be used.
 */
export async function openPostgresStore(url: string, clock: Clock, settings: PostgresStoreSettings = {}): Promise<Store> {
  const { connections, listenUrl = url, time = 'database', orderedDestinations } = settings
  const database = await openSchema(url, clock, connections)
  try {
    const context = await openInWords(url, async () => {
      await refuseUnfinishedMove(database)
      await checkEncryptionKeys(database, settings.encryption ?? noEncryptionKeys)
      if (orderedDestinations !== undefined) await registerOrdered(database, orderedDestinations)
      const opened = await storeContext(database, settings)
      await rememberEncryptionKey(database, opened.sealer)
      return opened
    })
    const sharing = postgresSharing({ database, listenUrl, clock, time })
    return {
      sharing,
      ...postgresIngest(context),
      ...postgresClaims(context, clock),
      ...postgresCounts(context),
      ...postgresReads(lookingContext(context, settings)),
      ...postgresReplays(context),
      ...postgresIdentities(context),
      ...postgresErasures(context),
      ...postgresRetention(context),
      ...postgresEncryption(context),
      ...postgresImports(context),
      ...postgresEnrichments(context),
      endUpkeep: database.endMaintenance,
      abandon: database.abandon,
      async close() {
        await sharing.close()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** What is not there yet would be taken for new. */
async function refuseUnfinishedMove(database: PostgresDatabase): Promise<void> {
  const isMoving = await database.value<boolean>('SELECT EXISTS (SELECT 1 FROM relay.moves WHERE finished_at IS NULL)')
  if (isMoving !== true) return
  throw new ConfigurationError(
    'An SQLite store is being moved to the PostgreSQL store that RELAY_STORE names. Stop the old relay and run subtotal-relay migrate --from sqlite:… once more, which ends the move.',
  )
}
