import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { ConfigurationError } from '../../config/configuration-error.ts'
import { inspectFile } from './inspect-file.ts'
import { migrate } from './migrations.ts'
import type { StoreLock } from './store-lock.ts'
import { lockStore } from './store-lock.ts'

/** An open store file and the lock on it. */
export interface OpenDatabase {
  readonly database: Database.Database
  readonly lock: StoreLock
}

/**
 * Opens the store file, and makes it if it is not there: the folder for its owner alone (0700), the files too (0600). Throws a
 * `ConfigurationError` in words, before any write, when the file is in use, foreign, damaged or of a newer schema.
 */
export function openDatabase(path: string): OpenDatabase {
  const lock = prepareFolder(path)
  try {
    if (inspectFile(path) === 'missing') createFile(path)
    const database = new Database(path)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = OFF')
    database.pragma('cache_size = -32000')
    migrate(database)
    return { database, lock }
  } catch (error) {
    lock.release()
    throw error
  }
}

function prepareFolder(path: string): StoreLock {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return lockStore(path)
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    throw new ConfigurationError(
      `The store ${path} cannot be made (${codeOf(error)}). Set RELAY_STORE to a file in a folder that can be written.`,
    )
  }
}

/** A new store appears at once and whole: a crash while it is made leaves none. */
function createFile(path: string): void {
  const draft = `${path}.new`
  rmSync(draft, { force: true })
  rmSync(`${draft}-journal`, { force: true })
  closeSync(openSync(draft, 'wx', 0o600))
  chmodSync(draft, 0o600)
  const database = new Database(draft)
  migrate(database)
  database.close()
  renameSync(draft, path)
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error'
}
