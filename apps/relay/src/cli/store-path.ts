import { dirname, resolve } from 'node:path'
import { ConfigurationError } from '../config/configuration-error.ts'
import { loadStore } from '../config/load-config.ts'
import type { CommandContext } from './command-context.ts'

/** The store's file, by `RELAY_STORE`. Throws a `ConfigurationError` that names the variable. */
export function storePath({ env, cwd }: CommandContext): string {
  const store = loadStore({ env, cwd })
  if (store.startsWith('sqlite:')) return store.slice('sqlite:'.length)
  throw new ConfigurationError(
    'RELAY_STORE names a PostgreSQL database, and this is for a store in one SQLite file. Back up and restore PostgreSQL with its own tools, such as pg_dump: docs/operating.md.',
  )
}

/** The folder for what belongs to the store and is not in it: that of its file, or `data` where it is a PostgreSQL database. */
export function storeFolder({ env, cwd }: CommandContext): string {
  const store = loadStore({ env, cwd })
  return store.startsWith('sqlite:') ? dirname(store.slice('sqlite:'.length)) : resolve(cwd, 'data')
}

/** A path that a person gave, from the caller's folder. */
export function givenPath(path: string, { cwd }: CommandContext): string {
  return resolve(cwd, path)
}
