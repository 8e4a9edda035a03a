import type { OpenErasure } from '../common/erasure-rows.ts'
import type { ErasureStep, ErasureStore } from '../erasure-store.ts'
import { erasePerson } from './erase-person.ts'
import { erasureRecords } from './erasure-records.ts'
import { readerMs } from './scrub-file.ts'
import type { SqliteFile } from './sqlite-file.ts'
import { deleteCopies, findCopies } from './store-copies.ts'
import type { StoreReader } from './store-reader.ts'

/** Ends with the erasures that are finished now. */
type Run = Generator<number, readonly string[]>

/** Erasures, on one SQLite file. */
export function sqliteErasures(file: SqliteFile): Omit<ErasureStore, keyof StoreReader> {
  const { database, path, counts, guard, scrubber, checkFile } = file
  const records = erasureRecords(database, guard)
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
  }
}
