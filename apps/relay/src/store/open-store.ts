import type { Clock } from '../clock/clock.ts'
import { ConfigurationError } from '../config/configuration-error.ts'
import type { EncryptionKeys } from '../encryption/encryption-keys.ts'
import type { EnrichmentSettings } from '../enrichment/enrichment-settings.ts'
import type { OnSchemaChange } from './schema-change.ts'
import { openThreadedStore } from './sqlite/threaded-store.ts'
import type { ReadVolumeSpace } from './sqlite/volume-space.ts'
import type { Store } from './store.ts'

/** What may be chosen of a store. */
export interface OpenStoreOptions {
  /** What of an event is fetched from Subtotal before it is delivered. Default: nothing, and no event waits. */
  readonly enrichment?: EnrichmentSettings
  /** With what people's data is sealed. Default: it is stored as it is. */
  readonly encryption?: EncryptionKeys
  /** The destinations that get a customer's events in their order. Default: none. */
  readonly orderedDestinations?: readonly string[]
  /** Of SQLite: less free on the disk than this, and nothing new is taken; see `spaceGuard`. */
  readonly minFreeBytes?: number
  /** Of SQLite: whether the store gets a thread of its own, which knows neither the clock nor `readSpace`. Default: no. */
  readonly hasThread?: boolean
  /** Of SQLite: instead of asking the operating system. */
  readonly readSpace?: ReadVolumeSpace
  /** Of SQLite: is told while an older store is brought up to date. */
  readonly onSchemaChange?: OnSchemaChange
  /** Of PostgreSQL: the most connections at once. Default 10. */
  readonly connections?: number
  /** Of PostgreSQL: where relays hear of each other, a URL or `off`. Default: the store's own. */
  readonly listen?: string
  /** Of PostgreSQL: is told of each key that other relays seal with and this one does not have, once. */
  readonly onMissingKey?: (keyId: string) => void
  /** Of PostgreSQL: whose clock says what is due; see `PostgresStoreSettings`. */
  readonly time?: 'database' | 'caller'
}

/** Opens the store that a URL such as `sqlite:/data/relay.db` or `postgres://host/database` names. */
export async function openStore(url: string, clock: Clock, options: OpenStoreOptions = {}): Promise<Store> {
  const {
    hasThread = false,
    readSpace,
    onSchemaChange,
    minFreeBytes,
    connections,
    listen,
    onMissingKey,
    time,
    ...chosen
  } = options
  if (/^postgres(ql)?:/.test(url)) {
    const { openPostgresStore } = await import('./postgres/postgres-store.ts')
    return openPostgresStore(url, clock, {
      ...chosen,
      ...(connections === undefined ? {} : { connections }),
      ...(listen === undefined ? {} : { listenUrl: listen === 'off' ? null : listen }),
      ...(onMissingKey === undefined ? {} : { onMissingKey }),
      ...(time === undefined ? {} : { time }),
    })
  }
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (path === undefined) throw new ConfigurationError('RELAY_STORE must be sqlite:<path> or postgres://<host>/<database>.')
  const file = { ...chosen, ...(minFreeBytes === undefined ? {} : { minFreeBytes }) }
  if (hasThread) return openThreadedStore({ path, now: clock.now(), ...file }, onSchemaChange)
  // With a thread, this one needs nothing of the database: 250 modules less.
  const { openSqliteStore } = await import('./sqlite/sqlite-store.ts')
  const space = readSpace === undefined ? {} : { readSpace }
  const told = onSchemaChange === undefined ? {} : { onSchemaChange }
  return openSqliteStore(path, clock.now(), { elapsed: () => clock.elapsed(), ...file, ...space, ...told })
}
