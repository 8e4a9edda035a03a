import type { Database } from 'better-sqlite3'
import { errorCodeOf } from '../../observability/error-code-of.ts'

/** How far the write-ahead log grows. */
export interface LogSize {
  /** It is written into the store's file early and used again from its start, so that the room left is not the log's. */
  keepSmall(): void
  letGrow(): void
}

/** Of 4 KiB each: when so many wait in the log they are written into the store's file. Fewer would write the same pages more often. */
export const checkpointPages = 4_000
const smallPages = 250

/** The log of an open store. */
export function logSize(database: Database): LogSize {
  return {
    keepSmall() {
      database.pragma(`wal_autocheckpoint = ${smallPages}`)
      writeBack(database)
    },
    letGrow: () => void database.pragma(`wal_autocheckpoint = ${checkpointPages}`),
  }
}

function writeBack(database: Database): void {
  try {
    database.pragma('wal_checkpoint(PASSIVE)')
  } catch (error) {
    if (errorCodeOf(error) !== 'SQLITE_FULL') throw error
  }
}
