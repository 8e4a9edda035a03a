import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import Database from 'better-sqlite3'
import { ConfigurationError } from '../../config/configuration-error.ts'

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
  writeFileSync(`${path}.lock`, '', { flag: 'a', mode: 0o600 })
  const database = new Database(`${path}.lock`, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch {
    database.close()
    throw new ConfigurationError(
      `The store ${path} is in use by ${readHolder(holderPath)}. An SQLite store serves one relay: stop that one, or set RELAY_STORE to another file.`,
    )
  }
  writeFileSync(holderPath, `process ${process.pid} on ${hostname()}, started ${new Date().toISOString()}\n`, { mode: 0o600 })
  return {
    release() {
      rmSync(holderPath, { force: true })
      database.close()
    },
  }
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return 'another process'
  }
}
