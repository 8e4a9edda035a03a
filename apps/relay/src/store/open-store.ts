import type { Clock } from '../clock/clock.ts'
import { ConfigurationError } from '../config/configuration-error.ts'
import { openSqliteStore } from './sqlite/sqlite-store.ts'
import type { Store } from './store.ts'

/** Opens the store that a URL such as `sqlite:/data/relay.db` names. */
export function openStore(url: string, clock: Clock): Promise<Store> {
  const path = /^sqlite:(.+)$/.exec(url)?.[1]
  if (path === undefined) throw new ConfigurationError('RELAY_STORE must be sqlite:<path>.')
  return openSqliteStore(path, clock.now())
}
