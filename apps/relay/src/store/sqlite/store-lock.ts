import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import Database from 'better-sqlite3'
import { ConfigurationError } from '../../config/configuration-error.ts'
import { errorCodeOf } from '../../observability/error-code-of.ts'

/** A store that belongs to this process until released. */
export interface StoreLock {
  release(): void
}

/**
 * Takes the store for this process. The lock is held by the operating system on the file `<path>.lock` and ends with the process,
 * however it ends; `<path>.holder` says in words who has it.
 */
export function lockStore(path: string): StoreLock {
  const holderPath = `${path}.holder`
  // Not opened when it is there: closing it again would end a lock that this process already has.
  if (!existsSync(`${path}.lock`)) writeFileSync(`${path}.lock`, '', { flag: 'a', mode: 0o600 })
  const database = new Database(`${path}.lock`, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (errorCodeOf(error) !== 'SQLITE_BUSY') throw error
    throw new ConfigurationError(
      `The store ${path} is in use by ${readHolder(holderPath)}. An SQLite store serves one relay: stop that one, or set RELAY_STORE to another file.`,
    )
  }
  writeHolder(holderPath)
  return {
    release() {
      rmSync(holderPath, { force: true })
      database.close()
    },
  }
}

/** On a full disk the holder goes unnamed; the lock holds. */
function writeHolder(path: string): void {
  try {
    writeFileSync(path, `process ${process.pid} on ${hostname()}, started ${new Date().toISOString()}\n`, { mode: 0o600 })
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOSPC') throw error
  }
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return 'another process'
  }
}
