import type { Database } from 'better-sqlite3'
import { contentHashes } from '../common/content-hashes.ts'
import type { OpenRotation } from '../common/rotation-rows.ts'
import type { Rewritten, SealedRow, SealedTable } from '../common/sealed-tables.ts'
import { fromPosition, sealedTables, sizeOfRow, toPosition } from '../common/sealed-tables.ts'
import type { EncryptionStore, RotationStep } from '../encryption-store.ts'
import { rewriteRow } from './rewrite-row.ts'
import { rotationRecords } from './rotation-records.ts'
import { readerMs } from './scrub-file.ts'
import type { SqliteFile } from './sqlite-file.ts'
import { deleteCopies } from './store-copies.ts'
import { sealerOf } from './store-sealer.ts'

interface Window {
  readonly table: SealedTable
  readonly rewrite: (row: SealedRow) => Rewritten
  next(position: string | null): readonly SealedRow[]
}

/** So many rows are looked at in one step, and fewer when they hold a megabyte. */
const windowSize = 100
const windowBytes = 1024 * 1024

/** Rotations, on one SQLite file. */
export function sqliteEncryption(file: SqliteFile): EncryptionStore {
  const { database, path, counts, guard, scrubber, checkFile } = file
  const sealer = sealerOf(database)
  const records = rotationRecords(database)
  const windows = sealedTables(sealer, contentHashes(sealer, guard.hash)).map((table) => createWindow(database, table))
  const keyIds = database.prepare<[], string>('SELECT id FROM encryption_keys').pluck()
  const forgetKeys = database.prepare('DELETE FROM encryption_keys WHERE id IS NOT ?')
  let scrubbed: number | null = 0

  /** `true`: every table has been gone through. */
  function rewriteSome({ id, step, position }: OpenRotation, now: number): boolean {
    const window = windows[step]
    if (window === undefined) {
      records.markRewritten(id, now)
      return true
    }
    const rows = window.next(position)
    const done = { rewritten: 0, unreadable: 0 }
    for (const row of rows) {
      const { rewritten, unreadable } = window.rewrite(row)
      done.rewritten += rewritten
      done.unreadable += unreadable
    }
    const last = rows.at(-1)
    const place =
      last === undefined || window.table.isWhole === true
        ? { step: step + 1, position: null }
        : { step, position: toPosition(window.table, last) }
    records.advance(id, place, rows.length, done)
    return false
  }

  function cleanSome(id: number, now: number): RotationStep {
    const from = scrubbed ?? 0
    scrubbed = scrubber.scrub(from)
    if (scrubbed !== null) return { finished: null, waitMs: scrubbed === from ? readerMs : 0 }
    const copies = deleteCopies(path)
    database
      .transaction(() => {
        records.finish(id, copies, now)
        forgetKeys.run(sealer.keyId)
      })
      .immediate()
    return { finished: String(id), waitMs: 0 }
  }

  function advance(now: number): RotationStep | undefined {
    const open = records.open()
    if (open === undefined) return undefined
    checkFile()
    if (open.isRewritten && open.keyId === sealer.keyId) return cleanSome(open.id, now)
    scrubbed = 0
    database
      .transaction(() => {
        if (open.keyId === sealer.keyId) rewriteSome(open, now)
        else records.restart(open.id, sealer.keyId)
      })
      .immediate()
    return { finished: null, waitMs: 0 }
  }

  return {
    addRotation: async ({ at, actor }) => {
      checkFile()
      if (sealer.keyId === null && keyIds.all().length === 0) return undefined
      const { events, versions, quarantined } = counts.stats()
      return records.add({ at, actor, keyId: sealer.keyId, total: events + versions + quarantined })
    },
    advanceRotation: async ({ now }) => advance(now),
    listRotations: async (page) => records.list(page),
    findRotation: async (id) => records.find(id),
  }
}

/** The rows of a table in the order of its key, a few at a time. */
function createWindow(database: Database, table: SealedTable): Window {
  const { name, keys, columns } = table
  const key = keys.join(', ')
  const selected = [...keys, ...columns].join(', ')
  const marks = keys.map(() => '?').join(', ')
  const first = database.prepare<[], SealedRow>(`SELECT ${selected} FROM ${name} ORDER BY ${key}`)
  const after = database.prepare<unknown[], SealedRow>(
    `SELECT ${selected} FROM ${name} WHERE (${key}) > (${marks}) ORDER BY ${key}`,
  )
  const rewrite = rewriteRow(database, table)
  if (table.isWhole === true) return { table, rewrite, next: () => first.all() }
  return {
    table,
    rewrite,
    next: (position) => takeSome(position === null ? first.iterate() : after.iterate(...fromPosition(position))),
  }
}

function takeSome(rows: Iterable<SealedRow>): readonly SealedRow[] {
  const taken: SealedRow[] = []
  let bytes = 0
  for (const row of rows) {
    taken.push(row)
    bytes += sizeOfRow(row)
    if (taken.length === windowSize || bytes > windowBytes) break
  }
  return taken
}
