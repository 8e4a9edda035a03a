import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { ConfigurationError } from '../../config/configuration-error.ts'
import { copyDatabase } from './copy-database.ts'
import { readKeyIds } from './encryption-key-ids.ts'
import { inspectDatabase, inspectFile } from './inspect-file.ts'

/** What a copy of a store holds. */
export interface StoreSummary {
  readonly events: number
  readonly bytes: number
}

/** What was copied. */
export interface BackedUp extends StoreSummary {
  /** The ids of the keys that it may be sealed with. */
  readonly keyIds: readonly string[]
}

/**
 * Copies the store to a new file while a relay may be running on it: reading takes no lock that a write waits for, and the copy is what
 * was committed when it began, however much comes meanwhile. Throws a `ConfigurationError` in words when there is no store, when
 * something is at the target, or when the copy is not whole.
 */
export function backupStore(path: string, target: string): BackedUp {
  if (inspectFile(path) === 'missing')
    throw new ConfigurationError(`There is no store at ${path}. Set RELAY_STORE to the store's file.`)
  if (existsSync(target)) throw new ConfigurationError(`There is something at ${target}. Nothing was changed. Name a new file.`)
  inspectDatabase(path)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  const database = new Database(path, { readonly: true })
  try {
    copyDatabase(database, target)
  } finally {
    database.close()
  }
  return { ...checkCopy(target), keyIds: readKeyIds(target) }
}

/** Reads a whole store, and throws a `ConfigurationError` in words when it is damaged. */
export function checkCopy(path: string): StoreSummary {
  const database = new Database(path, { readonly: true })
  try {
    const [problem] = database.prepare<[], string>('PRAGMA quick_check(1)').pluck().all()
    if (problem !== 'ok') throw new ConfigurationError(`${path} is damaged and must not be relied on.`)
    const events = database.prepare<[], number>('SELECT count(*) FROM events').pluck().get() ?? 0
    return { events, bytes: statSync(path).size }
  } finally {
    database.close()
  }
}
