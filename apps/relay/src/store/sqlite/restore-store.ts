import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { ConfigurationError } from '../../config/configuration-error.ts'
import type { StoreSummary } from './backup-store.ts'
import { checkCopy } from './backup-store.ts'
import { copyDatabase, syncFolder } from './copy-database.ts'
import { readKeyIds } from './encryption-key-ids.ts'
import { inspectDatabase, inspectFile } from './inspect-file.ts'
import type { LaterErasures } from './later-erasures.ts'
import { laterErasures } from './later-erasures.ts'
import { lockStore } from './store-lock.ts'

/** How a store is put back. */
export interface RestoreOptions {
  /** Whether a store that is there is moved aside. */
  readonly force: boolean
  /** For the name of what is moved aside; milliseconds since 1970. */
  readonly now: number
}

/** What was put back. */
export interface Restored extends StoreSummary {
  /** Where the store is now that was there; absent when none was. */
  readonly movedTo?: string
  /** Who was erased after the backup was made, as far as it is known here. */
  readonly later: LaterErasures
  /** The ids of the keys that it may be sealed with. */
  readonly keyIds: readonly string[]
}

/**
 * Puts a backup in the place of a store. Throws a `ConfigurationError` in words, before any change, when the backup is no store, damaged
 * or of a newer schema, when a relay is running on the place, or when a store is there and `force` is not given.
 */
export function restoreStore(backup: string, path: string, options: RestoreOptions): Restored {
  if (inspectFile(backup) === 'missing') throw new ConfigurationError(`There is no backup at ${backup}.`)
  inspectDatabase(backup)
  const summary = checkCopy(backup)
  if (!options.force) refuseStore(path)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const lock = lockStore(path)
  try {
    const later = laterErasures(backup, path)
    const draft = `${path}.restore`
    copyTo(backup, draft)
    const movedTo = moveAside(path, `${path}.before-restore-${new Date(options.now).toISOString().replaceAll(':', '')}`)
    renameSync(draft, path)
    syncFolder(dirname(path))
    return { ...summary, later, keyIds: readKeyIds(path), ...(movedTo === undefined ? {} : { movedTo }) }
  } finally {
    lock.release()
  }
}

function refuseStore(path: string): void {
  const found = [path, `${path}-wal`].find((file) => existsSync(file))
  if (found === undefined) return
  throw new ConfigurationError(`There is a store at ${found}. Nothing was changed. With --force it is moved aside and kept.`)
}

function copyTo(backup: string, target: string): void {
  const database = new Database(backup, { readonly: true })
  try {
    copyDatabase(database, target)
  } finally {
    database.close()
  }
}

/** The log goes first: a crash in between must not leave it to be read into the store that is put in its place. */
function moveAside(path: string, to: string): string | undefined {
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${to}-wal`)
  rmSync(`${path}-shm`, { force: true })
  if (!existsSync(path)) return undefined
  renameSync(path, to)
  return to
}
