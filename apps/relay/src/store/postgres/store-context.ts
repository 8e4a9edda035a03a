import type { EncryptionKeys } from '../../encryption/encryption-keys.ts'
import { noEncryptionKeys } from '../../encryption/encryption-keys.ts'
import type { Sealer } from '../../encryption/sealer.ts'
import { createSealer } from '../../encryption/sealer.ts'
import type { EnrichmentSettings } from '../../enrichment/enrichment-settings.ts'
import type { ContentHashes } from '../common/content-hashes.ts'
import { contentHashes } from '../common/content-hashes.ts'
import type { EventBodies } from '../common/event-bodies.ts'
import { eventBodies } from '../common/event-bodies.ts'
import type { KeyedHash } from '../common/keyed-hash.ts'
import { keyedHash } from '../common/keyed-hash.ts'
import type { MemoryValues } from '../common/memory-values.ts'
import { memoryValues } from '../common/memory-values.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import { erasureGuard } from './erasure-guard.ts'
import type { LackedKeys } from './lacked-keys.ts'
import { lackedKeys } from './lacked-keys.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { withStoredPlaces } from './stored-places.ts'

/** What may be chosen of a store. */
export interface PostgresStoreSettings {
  /** What of an event is fetched from Subtotal before it is delivered. Default: nothing, and no event waits. */
  readonly enrichment?: EnrichmentSettings
  /** With what people's data is sealed. Default: it is stored as it is. */
  readonly encryption?: EncryptionKeys
  /** The destinations that get a customer's events in their order. Default: none. */
  readonly orderedDestinations?: readonly string[]
  /** Whose clock says what is due and when leases end. Default: the database's, so that relays need not agree. `caller`: for tests. */
  readonly time?: 'database' | 'caller'
  /** The most connections at once. Default 10. */
  readonly connections?: number
  /** Where relays hear of each other; `null`: nowhere. Default: the store's own URL. */
  readonly listenUrl?: string | null
  /** Is told of each key that other relays seal with and this one does not have, once. */
  readonly onMissingKey?: (keyId: string) => void
}

/** What every part of an open store works with. */
export interface StoreContext {
  readonly database: PostgresDatabase
  readonly lackedKeys: LackedKeys
  /** Throws a `MissingKeyError` instead of taking for damaged what other relays can read. So do bodies and values. */
  readonly sealer: Sealer
  readonly bodies: EventBodies
  readonly values: MemoryValues
  readonly hash: KeyedHash
  readonly contentHashes: ContentHashes
  readonly guard: ErasureGuard
  readonly enrichment: EnrichmentSettings | undefined
  readonly orderedDestinations: readonly string[]
  /** For `relay.now_ms($n)`: `null`, with which it is the database's time, or `now` itself where the caller's clock counts. */
  timeFor(now: number): number | null
}

/** Reads what a context needs of a database whose schema is up to date. */
export async function storeContext(database: PostgresDatabase, settings: PostgresStoreSettings): Promise<StoreContext> {
  const { enrichment, encryption = noEncryptionKeys, orderedDestinations = [], time = 'database' } = settings
  const { onMissingKey: onLacking = () => undefined } = settings
  const lacking = lackedKeys({ database, sealer: withStoredPlaces(createSealer(encryption)), onLacking })
  const { sealer } = lacking
  const stored = await database.value<Buffer>("SELECT value FROM relay.store_keys WHERE name = 'erasures'")
  const hash = keyedHash(stored, sealer)
  return {
    database,
    lackedKeys: lacking,
    sealer,
    bodies: eventBodies(sealer),
    values: memoryValues(sealer),
    hash,
    contentHashes: contentHashes(sealer, hash),
    guard: erasureGuard(hash),
    enrichment,
    orderedDestinations,
    timeFor: (now) => (time === 'caller' ? now : null),
  }
}

/** What shows a value that cannot be opened as one that is damaged, whoever has the key: for those who only look. */
export function lookingContext(context: StoreContext, { encryption = noEncryptionKeys }: PostgresStoreSettings): StoreContext {
  const sealer = withStoredPlaces(createSealer(encryption))
  return { ...context, sealer, bodies: eventBodies(sealer) }
}
