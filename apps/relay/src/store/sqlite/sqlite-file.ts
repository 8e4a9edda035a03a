import type { Database } from 'better-sqlite3'
import type { DeliveryCounts } from './delivery-counts.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import type { FileScrubber } from './scrub-file.ts'

/** An open store, for what rewrites its rows and then cleans its file of what they were. */
export interface SqliteFile {
  readonly database: Database
  readonly path: string
  readonly counts: DeliveryCounts
  readonly guard: ErasureGuard
  readonly scrubber: FileScrubber
  /** Throws when the file is gone or the disk is nearly full. */
  readonly checkFile: () => void
}
