import type { Clock } from '../clock/clock.ts'
import { ConfigurationError } from '../config/configuration-error.ts'
import { openSqliteStore } from './sqlite/sqlite-store.ts'
import type { ReadVolumeSpace } from './sqlite/volume-space.ts'
import type { Store } from './store.ts'

/** What may be chosen of a store. */
export interface OpenStoreOptions {
  /** Less free on the disk than this, and nothing new is taken; see `spaceGuard`. */
  readonly minFreeBytes?: number
  /** Instead of asking the operating system. */
  readonly readSpace?: ReadVolumeSpace
}

/** Opens the store that a URL such as `sqlite:/data/relay.db` names. */
export function openStore(url: string, clock: Clock, options: OpenStoreOptions = {}): Promise<Store> {
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (path === undefined) throw new ConfigurationError('RELAY_STORE must be sqlite:<path>.')
  return openSqliteStore(path, clock.now(), { elapsed: () => clock.elapsed(), ...options })
}
