import { ConfigurationError } from '../../config/configuration-error.ts'
import { sqlStateOf } from '../postgres/sql-state.ts'
import type { MovedKey, MovedRow, MoveSource } from './move-source.ts'
import type { MoveTarget } from './move-target.ts'
import { hashRows } from './move-target.ts'
import type { MovedTable } from './moved-tables.ts'
import { movedTables } from './moved-tables.ts'

/** What became of one table. */
interface TableMoved {
  readonly table: string
  readonly source: number
  readonly target: number
}

/** What a run of a move did. */
export interface StoreMoved {
  /** Everything is there, and the relays may start. `false`: a relay still runs on the source. */
  readonly isFinished: boolean
  /** Rows that were new or had changed since the run before. */
  readonly copied: number
  readonly tables: readonly TableMoved[]
}

/** How far a run is. */
export interface MoveProgress {
  readonly rows: number
  readonly total: number
}

const partRows = 2_000
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const existsAlready = '23505'

/**
 * Moves everything that the source holds. A run that ends early is gone on with by the next one, and each copies only what has changed since
 * the one before: so most is copied while a relay still runs on the source, and the last run, without it, is short. `rowsAtOnce`: in one
 * transaction; default 2000. Throws a `ConfigurationError` when the counts differ in the end; the next run copies those tables anew.
 */
export async function moveStore(
  source: MoveSource,
  target: MoveTarget,
  onProgress: (progress: MoveProgress) => void,
  rowsAtOnce: number = partRows,
): Promise<StoreMoved> {
  await target.begin(source.id)
  const total = movedTables.reduce((sum, { name }) => sum + source.count(name), 0)
  let seen = 0
  let copied = 0

  async function movePart(table: MovedTable, after: MovedKey | null, number: number, last: MovedKey, rows: readonly MovedRow[]) {
    try {
      await target.replace(table, after, { number, last, hash: hashRows(rows) }, rows)
    } catch (error) {
      // What its key was when an earlier part was read is there already.
      if (!source.isInUse || sqlStateOf(error) !== existsAlready) throw error
      throw new ConfigurationError(
        `The old store changed while ${table.name} was read, as a relay runs on it. Nothing is lost: run it again, which goes on where it was.`,
      )
    }
    copied += rows.length
  }

  function advance(rows: readonly MovedRow[]): void {
    seen += rows.length
    onProgress({ rows: Math.min(seen, total), total })
  }

  async function moveTable(table: MovedTable): Promise<void> {
    let after: MovedKey | null = null
    let number = 0
    for (const part of await target.parts(table)) {
      const rows = source.rows(table, after, part.last)
      if (hashRows(rows) !== part.hash) await movePart(table, after, part.number, part.last, rows)
      advance(rows)
      after = part.last
      number = part.number
    }
    for (;;) {
      const rows = source.rows(table, after, rowsAtOnce)
      const last = rows.at(-1)
      if (last === undefined) return
      number += 1
      const key = table.key.map((column) => last[column] ?? null)
      await movePart(table, after, number, key, rows)
      advance(rows)
      after = key
    }
  }

  for (const table of movedTables) await moveTable(table)
  const tables = await Promise.all(
    movedTables.map(async ({ name }) => ({ table: name, source: source.count(name), target: await target.count(name) })),
  )
  if (source.isInUse) return { isFinished: false, copied, tables }
  const wrong = tables.filter((one) => one.source !== one.target)
  if (wrong.length > 0) {
    for (const table of movedTables) if (wrong.some((one) => one.table === table.name)) await target.forget(table)
    const counts = wrong.map((one) => `${one.table} (${one.source} and ${one.target})`).join(', ')
    throw new ConfigurationError(
      `Not everything was moved: the counts differ for ${counts}. Something else may have changed the new store. Nothing is lost: run it again, which copies these tables anew.`,
    )
  }
  await target.finish(
    new Map(movedTables.flatMap((table) => (table.identity === undefined ? [] : [[table, source.lastNumber(table.name)]]))),
  )
  return { isFinished: true, copied, tables }
}
