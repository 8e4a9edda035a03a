import type { Clock } from '../clock/clock.ts'
import { ConfigurationError } from '../config/configuration-error.ts'
import { openSqliteStore } from './sqlite/sqlite-store.ts'
import { openThreadedStore } from './sqlite/threaded-store.ts'
import type { ReadVolumeSpace } from './sqlite/volume-space.ts'
import type { Store } from './store.ts'

/** What may be chosen of a store. */
export interface OpenStoreOptions {
  /** Less free on the disk than this, and nothing new is taken; see `spaceGuard`. */
  readonly minFreeBytes?: number
  /** Whether the store gets a thread of its own, which knows neither the clock nor `readSpace`. Default: no. */
  readonly hasThread?: boolean
  /** Instead of asking the operating system. */
  readonly readSpace?: ReadVolumeSpace
}

/** Opens the store that a URL such as `sqlite:/data/relay.db` names. */
export function openStore(url: string, clock: Clock, options: OpenStoreOptions = {}): Promise<Store> {
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (path === undefined) throw new ConfigurationError('RELAY_STORE must be sqlite:<path>.')
  const { hasThread = false, ...chosen } = options
  if (hasThread) return openThreadedStore({ path, now: clock.now(), ...minFree(chosen) })
  return openSqliteStore(path, clock.now(), { elapsed: () => clock.elapsed(), ...chosen })
}

function minFree({ minFreeBytes }: OpenStoreOptions): Pick<OpenStoreOptions, 'minFreeBytes'> {
  return minFreeBytes === undefined ? {} : { minFreeBytes }
}
