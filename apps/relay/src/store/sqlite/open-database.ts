import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { ConfigurationError } from '../../config/configuration-error.ts'
import type { EncryptionKeys } from '../../encryption/encryption-keys.ts'
import { noEncryptionKeys } from '../../encryption/encryption-keys.ts'
import { errorCodeOf } from '../../observability/error-code-of.ts'
import type { OnSchemaChange, SchemaChange } from '../schema-change.ts'
import { copyDatabase, syncFolder } from './copy-database.ts'
import { checkEncryptionKeys, rememberEncryptionKey } from './encryption-key-ids.ts'
import { inspectDatabase, inspectFile } from './inspect-file.ts'
import { checkpointPages } from './log-size.ts'
import { migrate, migrations, schemaVersion } from './migrations.ts'
import { fillPersonIndex } from './search/fill-person-index.ts'
import type { StoreLock } from './store-lock.ts'
import { lockStore } from './store-lock.ts'
import { setSealer } from './store-sealer.ts'

/** An open store file and the lock on it. */
export interface OpenDatabase {
  readonly database: Database.Database
  readonly lock: StoreLock
}

/**
 * Opens the store file, and makes it if it is not there: the folder for its owner alone (0700), the files too (0600). Throws a
 * `ConfigurationError` in words, before any write, when the file is in use, foreign, damaged, of a newer schema or sealed with a key that is
 * not there; and when the disk or the folder takes no writes.
 */
export function openDatabase(
  path: string,
  encryption: EncryptionKeys = noEncryptionKeys,
  onSchemaChange: OnSchemaChange = () => undefined,
): OpenDatabase {
  const lock = inWords(path, () => {
    inspectFile(path)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return lockStore(path)
  })
  try {
    return { database: inWords(path, () => withReserve(path, () => openLocked(path, encryption, onSchemaChange))), lock }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** On a full disk the store still opens, with the room of the reserve: what it holds can be delivered. */
function withReserve<Result>(path: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    if (!isFull(error)) throw error
    rmSync(`${path}.reserve`, { force: true })
    return action()
  }
}

function isFull(error: unknown): boolean {
  return ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC'].includes(errorCodeOf(error))
}

function openLocked(path: string, encryption: EncryptionKeys, onSchemaChange: OnSchemaChange): Database.Database {
  if (inspectFile(path) === 'missing') createFile(path)
  else inspectDatabase(path)
  checkEncryptionKeys(path, encryption)
  const change = schemaChange(path)
  if (change !== undefined) {
    onSchemaChange({ ...change, isDone: false })
    keepCopyBeforeMigrating(path)
  }
  const database = new Database(path)
  try {
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = OFF')
    database.pragma('secure_delete = ON')
    database.pragma('cache_size = -32000')
    database.pragma(`wal_autocheckpoint = ${checkpointPages}`)
    clearOldTraces(database)
    migrate(database)
    setSealer(database, encryption)
    rememberEncryptionKey(database)
    fillPersonIndex(database)
    if (change !== undefined) onSchemaChange({ ...change, isDone: true })
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Up to this schema, what was deleted stayed readable in the file. It is written anew once, unless the disk has no room for that. */
const lastSchemaWithTraces = 5

function clearOldTraces(database: Database.Database): void {
  if (schemaVersion(database) > lastSchemaWithTraces) return
  try {
    database.exec('VACUUM')
  } catch (error) {
    if (!isFull(error)) throw error
  }
}

/** What is to be done to the schema; `undefined`: nothing. */
function schemaChange(path: string): Omit<SchemaChange, 'isDone'> | undefined {
  const database = new Database(path, { readonly: true })
  try {
    const from = schemaVersion(database)
    if (from === migrations.length) return undefined
    const events = database.prepare<[], number>("SELECT value FROM counters WHERE name = 'events'").pluck().get()
    return { from, to: migrations.length, events: events ?? 0 }
  } finally {
    database.close()
  }
}

/** A migration is one transaction; the copy is for going back to the version before. */
function keepCopyBeforeMigrating(path: string): void {
  const database = new Database(path, { readonly: true })
  try {
    const version = schemaVersion(database)
    const copy = `${path}.schema-${version}`
    if (!existsSync(copy)) copyDatabase(database, copy)
  } finally {
    database.close()
  }
}

function inWords<Result>(path: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    throw new ConfigurationError(
      `The store ${path} cannot be made or opened (${errorCodeOf(error)}). Set RELAY_STORE to a file in a folder that can be written, on a disk with space.`,
    )
  }
}

/** A new store appears at once and whole: a crash while it is made leaves none. */
function createFile(path: string): void {
  refuseLeftLog(path)
  const draft = `${path}.new`
  rmSync(draft, { force: true })
  rmSync(`${draft}-journal`, { force: true })
  closeSync(openSync(draft, 'wx', 0o600))
  chmodSync(draft, 0o600)
  const database = new Database(draft)
  migrate(database)
  database.close()
  renameSync(draft, path)
  syncFolder(dirname(path))
}

/** SQLite would read the last writes of the store that was here into the new one. */
function refuseLeftLog(path: string): void {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })
  if (log === undefined || !log.isFile() || log.size === 0) return
  throw new ConfigurationError(
    `The store ${path} is gone and its last writes are still in ${path}-wal. Nothing was changed. Put the store back beside it, or move ${path}-wal away to start anew.`,
  )
}
