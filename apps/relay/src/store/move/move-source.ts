import Database from 'better-sqlite3'
import { ConfigurationError } from '../../config/configuration-error.ts'
import { freeEnrichmentLeases } from '../sqlite/enrichments.ts'
import { freeLeases } from '../sqlite/free-leases.ts'
import { inspectDatabase, inspectFile } from '../sqlite/inspect-file.ts'
import { migrations, schemaVersion } from '../sqlite/migrations.ts'
import type { StoreLock } from '../sqlite/store-lock.ts'
import { lockStore } from '../sqlite/store-lock.ts'
import type { MovedTable } from './moved-tables.ts'

/** A value of a row of the source. */
export type MovedValue = string | number | Buffer | null

/** A row of the source, by its columns. */
export type MovedRow = Readonly<Record<string, MovedValue>>

/** The values of a row's key. */
export type MovedKey = readonly MovedValue[]

/** The SQLite store that is moved. */
export interface MoveSource {
  /** Whether a relay runs on it: then it may change while it is read. */
  readonly isInUse: boolean
  /** Tells it from every other store. */
  readonly id: Buffer
  count(table: string): number
  /** The last number that a table has given out. */
  lastNumber(table: string): number
  /** The rows after a key, up to and including another one; or the next `limit` of them. */
  rows(table: MovedTable, after: MovedKey | null, to: MovedKey | number): readonly MovedRow[]
  close(): void
}

/**
 * Opens the store for reading. When no relay runs on it, none can be started until it is closed, and what was in flight is free again.
 * Throws a `ConfigurationError` in words when it is none, damaged, or of another schema.
 */
export function openMoveSource(path: string, now: number): MoveSource {
  if (inspectFile(path) === 'missing')
    throw new ConfigurationError(`There is no store at ${path}. Name the store's file with --from.`)
  inspectDatabase(path)
  const lock = tryLock(path)
  const database = new Database(path, { readonly: lock === undefined })
  try {
    checkSchema(database, path)
    if (lock !== undefined) {
      freeLeases(database, now)
      freeEnrichmentLeases(database, now)
    }
    return moveSource(database, lock)
  } catch (error) {
    database.close()
    lock?.release()
    throw error
  }
}

function moveSource(database: Database.Database, lock: StoreLock | undefined): MoveSource {
  const stored = database.prepare<[], Buffer>("SELECT value FROM store_keys WHERE name = 'erasures'").pluck().get()
  if (stored === undefined) throw new Error('The store has no key for its erasures.')
  return {
    isInUse: lock === undefined,
    id: stored,
    count: (table) => database.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0,
    lastNumber: (table) =>
      database.prepare<[string], number>('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck().get(table) ?? 0,
    rows({ name, key }, after, to) {
      const columns = key.join(', ')
      const marks = key.map(() => '?').join(', ')
      const conditions = [
        ...(after === null ? [] : [`(${columns}) > (${marks})`]),
        ...(typeof to === 'number' ? [] : [`(${columns}) <= (${marks})`]),
      ]
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
      const limit = typeof to === 'number' ? ` LIMIT ${to}` : ''
      return database
        .prepare<unknown[], MovedRow>(`SELECT * FROM ${name} ${where} ORDER BY ${columns}${limit}`)
        .all(...(after ?? []), ...(typeof to === 'number' ? [] : to))
    },
    close() {
      database.close()
      lock?.release()
    },
  }
}

/** `undefined`: a relay runs on it. */
function tryLock(path: string): StoreLock | undefined {
  try {
    return lockStore(path)
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined
    throw error
  }
}

function checkSchema(database: Database.Database, path: string): void {
  const remedy = 'Start this version of the relay on it once, which brings it up to date.'
  const version = schemaVersion(database)
  if (version !== migrations.length) {
    throw new ConfigurationError(
      `The store ${path} has schema version ${version}, and only version ${migrations.length} can be moved. ${remedy}`,
    )
  }
  // It is filled after the schema was changed, and the new store has nothing that would.
  const isIndexed = database.prepare<[], number>("SELECT value FROM counters WHERE name = 'people_indexed'").pluck().get()
  if (isIndexed !== 1) throw new ConfigurationError(`The store ${path} has no index of persons yet. ${remedy}`)
}
