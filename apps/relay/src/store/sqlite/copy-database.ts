import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'

/**
 * Writes a whole copy of an open store to a new file, for its owner alone (0600), synced; it appears at once and whole, and replaces what
 * is there. The copy is what was committed when it began: others may write meanwhile. Deleted rows leave nothing in it.
 */
export function copyDatabase(database: Database, target: string): void {
  const draft = `${target}.part`
  rmSync(draft, { force: true })
  try {
    // VACUUM INTO takes an empty file, so that the copy never has wider rights than the store.
    closeSync(openSync(draft, 'wx', 0o600))
    database.prepare('VACUUM INTO ?').run(draft)
    syncFile(draft)
    renameSync(draft, target)
    syncFolder(dirname(target))
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** Waits until the file is on stable storage. */
function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Waits until the names in the folder are on stable storage. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
