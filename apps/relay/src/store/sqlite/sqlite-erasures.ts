import type { Database } from 'better-sqlite3'
import type { ErasureStep, ErasureStore } from '../erasure-store.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { erasePerson } from './erase-person.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import type { OpenErasure } from './erasure-records.ts'
import { erasureRecords } from './erasure-records.ts'
import { findPerson } from './find-person.ts'
import { fileScrubber } from './scrub-file.ts'
import { deleteCopies, findCopies } from './store-copies.ts'
import { surveyPerson } from './survey-person.ts'

/** What erasing works with. */
export interface SqliteErasuresOptions {
  readonly database: Database
  readonly path: string
  readonly counts: DeliveryCounts
  readonly guard: ErasureGuard
  /** Throws when the file is gone or the disk is nearly full. */
  readonly checkFile: () => void
}

/** Ends with the erasures that are finished now. */
type Run = Generator<number, readonly string[]>

/** How long another process that reads the store, as a backup does, is given. */
const readerMs = 1_000

/** Erasures, on one SQLite file. `close`: before the database is closed nothing more is done, after it the file is let go of. */
export function sqliteErasures(options: SqliteErasuresOptions): { readonly erasures: ErasureStore; readonly close: () => void } {
  const { database, path, counts, guard, checkFile } = options
  const records = erasureRecords(database, guard)
  const find = findPerson(database)
  const survey = surveyPerson(database)
  const scrubber = fileScrubber(database, path)
  let now = 0
  const erase = erasePerson({ database, counts, guard, records, now: () => now })
  let run: Run | undefined

  /** One pass over the file serves every erasure that was done before it began. */
  function* cleanFile(ids: readonly number[]): Run {
    for (let from: number | null = 0; from !== null; ) {
      const next: number | null = scrubber.scrub(from)
      yield next === from ? readerMs : 0
      from = next
    }
    const copies = deleteCopies(path)
    database.transaction(() => records.finish(ids, copies, now)).immediate()
    return ids.map(String)
  }

  function* eraseOne(open: OpenErasure): Run {
    yield* erase(open)
    return []
  }

  function nextRun(): Run | undefined {
    const open = records.nextOpen()
    if (open !== undefined) return eraseOne(open)
    const erased = records.erased()
    return erased.length === 0 ? undefined : cleanFile(erased)
  }

  function advance(): ErasureStep | undefined {
    run ??= nextRun()
    if (run === undefined) return undefined
    try {
      const { done, value } = run.next()
      if (done !== true) return { finished: [], waitMs: value }
      run = undefined
      return { finished: value, waitMs: 0 }
    } catch (error) {
      run = undefined
      throw error
    }
  }

  return {
    close: scrubber.close,
    erasures: {
      findPerson: async ({ person, after }) => find(person, after),
      surveyPerson: async ({ person, after }) => survey(person, after),
      storeCopies: async () => findCopies(path),
      earlierErasures: async (identity) => records.earlier(identity),
      addErasure: async (erasure) => {
        checkFile()
        return records.add(erasure)
      },
      advanceErasures: async (request) => {
        now = request.now
        return advance()
      },
      unblockErasure: async (request) => records.unblock(request),
      listErasures: async (page) => records.list(page),
      findErasure: async (id) => records.find(id),
    },
  }
}
