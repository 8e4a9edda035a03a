import type { Clock } from '../clock/clock.ts'
import { ConfigurationError } from '../config/configuration-error.ts'
import type { EncryptionKeys } from '../encryption/encryption-keys.ts'
import type { EnrichmentSettings } from '../enrichment/enrichment-settings.ts'
import { openThreadedStore } from './sqlite/threaded-store.ts'
import type { ReadVolumeSpace } from './sqlite/volume-space.ts'
import type { Store } from './store.ts'

/** What may be chosen of a store. */
export interface OpenStoreOptions {
  /** Less free on the disk than this, and nothing new is taken; see `spaceGuard`. */
  readonly minFreeBytes?: number
  /** What of an event is fetched from Subtotal before it is delivered. Default: nothing, and no event waits. */
  readonly enrichment?: EnrichmentSettings
  /** With what people's data is sealed. Default: it is stored as it is. */
  readonly encryption?: EncryptionKeys
  /** The destinations that get a customer's events in their order. Default: none. */
  readonly orderedDestinations?: readonly string[]
  /** Whether the store gets a thread of its own, which knows neither the clock nor `readSpace`. Default: no. */
  readonly hasThread?: boolean
  /** Instead of asking the operating system. */
  readonly readSpace?: ReadVolumeSpace
}

/** Opens the store that a URL such as `sqlite:/data/relay.db` names. */
export async function openStore(url: string, clock: Clock, options: OpenStoreOptions = {}): Promise<Store> {
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (path === undefined) throw new ConfigurationError('RELAY_STORE must be sqlite:<path>.')
  const { hasThread = false, ...chosen } = options
  if (hasThread) return openThreadedStore({ path, now: clock.now(), ...forThread(chosen) })
  // With a thread, this one needs nothing of the database: 250 modules less.
  const { openSqliteStore } = await import('./sqlite/sqlite-store.ts')
  return openSqliteStore(path, clock.now(), { elapsed: () => clock.elapsed(), ...chosen })
}

function forThread({
  minFreeBytes,
  enrichment,
  encryption,
  orderedDestinations,
}: OpenStoreOptions): Pick<OpenStoreOptions, 'minFreeBytes' | 'enrichment' | 'encryption' | 'orderedDestinations'> {
  return {
    ...(minFreeBytes === undefined ? {} : { minFreeBytes }),
    ...(enrichment === undefined ? {} : { enrichment }),
    ...(encryption === undefined ? {} : { encryption }),
    ...(orderedDestinations === undefined ? {} : { orderedDestinations }),
  }
}
