import { createHash, randomUUID } from 'node:crypto'
import { ConfigurationError } from '../../config/configuration-error.ts'
import type { PostgresDatabase } from '../postgres/postgres-database.ts'
import type { SqlSession } from '../postgres/sql-session.ts'
import { excludeStoring } from '../postgres/storing-lock.ts'
import type { MovedKey, MovedRow, MovedValue } from './move-source.ts'
import type { MovedTable } from './moved-tables.ts'
import { movedTables } from './moved-tables.ts'
import { targetRows } from './target-rows.ts'

/** A part of a table that was moved: up to and including its last key, and a hash of what it was then. */
interface MovedPart {
  readonly number: number
  readonly last: MovedKey
  readonly hash: string
}

/** The PostgreSQL store that another one is moved to. */
export interface MoveTarget {
  /**
   * Notes that this store is moved here, by this run and no earlier one. Throws a `ConfigurationError` where there is another one, or a move
   * has ended.
   */
  begin(sourceId: Buffer): Promise<void>
  parts(table: MovedTable): Promise<readonly MovedPart[]>
  /** Puts the rows in the place of everything between the keys, in one transaction with the note of it. */
  replace(table: MovedTable, after: MovedKey | null, part: MovedPart, rows: readonly MovedRow[]): Promise<void>
  count(table: string): Promise<number>
  /** Forgets what was moved of the table, so that the next run replaces all of it, and removes what is not among that. */
  forget(table: MovedTable): Promise<void>
  /** The relays may start: numbers go on where the source has stopped. */
  finish(lastNumbers: ReadonlyMap<MovedTable, number>): Promise<void>
}

/** A hash of rows, for telling whether they have changed. */
export function hashRows(rows: readonly MovedRow[]): string {
  const hash = createHash('sha256')
  for (const row of rows) hash.update(JSON.stringify(Object.values(row).map(toText)))
  return hash.digest('base64')
}

/** A target on a database whose schema is up to date. */
export function moveTarget(database: PostgresDatabase): MoveTarget {
  const run = randomUUID()
  const rowsOf = targetRows(database)

  async function readParts(name: string): Promise<readonly MovedPart[]> {
    const rows = await database.rows<{ readonly part: number; readonly last: string; readonly hash: string }>(
      'SELECT part, last, hash FROM relay.moved_parts WHERE table_name = $1 ORDER BY part',
      name,
    )
    return rows.map((row) => ({ number: row.part, last: parseKey(row.last), hash: row.hash }))
  }

  /** Relays store nothing while this looks and notes, and nothing afterwards: they look for the note in the same transaction. */
  async function beginIn(session: SqlSession, sourceId: Buffer): Promise<void> {
    await excludeStoring(session)
    const move = await session.row<{ readonly source: Buffer; readonly finished_at: number | null }>(
      'SELECT source, finished_at FROM relay.moves FOR UPDATE',
    )
    if (move === undefined) {
      const isUsed = await session.value<boolean>(
        'SELECT EXISTS (SELECT 1 FROM relay.events) OR EXISTS (SELECT 1 FROM relay.quarantine) OR EXISTS (SELECT 1 FROM relay.audit)',
      )
      if (isUsed === true) throw refused('has events of its own. Nothing was changed. Name an empty database with --to.')
      // What a relay that was started on it for a trial has left.
      for (const { name } of movedTables) await session.run(`DELETE FROM relay.${name}`)
      await session.run('INSERT INTO relay.moves (source, run, started_at) VALUES ($1, $2, relay.now_ms())', sourceId, run)
      return
    }
    if (!sourceId.equals(move.source))
      throw refused('holds the beginning of another store. Nothing was changed. Name an empty one.')
    if (move.finished_at !== null) throw refused('has all of this store already. Nothing was changed. Start the relays on it.')
    await session.run('UPDATE relay.moves SET run = $1', run)
  }

  /** An earlier run that still goes on must not undo what a later one has done, or what relays have done since. */
  async function checkRun(session: SqlSession): Promise<void> {
    const isOurs = await session.value<number>('SELECT 1 FROM relay.moves WHERE run = $1 AND finished_at IS NULL FOR UPDATE', run)
    if (isOurs === undefined)
      throw refused('is being moved to by a later run, or has all of it. This run has ended; what it copied stays.')
  }

  return {
    async begin(sourceId) {
      await database.transaction((session) => beginIn(session, sourceId))
    },
    parts: ({ name }) => readParts(name),
    async replace(table, after, part, rows) {
      await database.transaction(
        async (session) => {
          await checkRun(session)
          await rowsOf.replace(session, table, after, part.last, rows)
          await session.run(
            `INSERT INTO relay.moved_parts (table_name, part, last, hash) VALUES ($1, $2, $3, $4)
             ON CONFLICT (table_name, part) DO UPDATE SET last = excluded.last, hash = excluded.hash`,
            table.name,
            part.number,
            JSON.stringify(part.last.map(toText)),
            part.hash,
          )
        },
        { isRelaxed: true },
      )
    },
    count: async (table) => (await database.value<number>(`SELECT count(*) FROM relay.${table}`)) ?? 0,
    async forget(table) {
      const { name } = table
      const last = (await readParts(name)).at(-1)?.last ?? null
      await database.transaction(async (session) => {
        await checkRun(session)
        await rowsOf.removeAfter(session, table, last)
        await session.run('DELETE FROM relay.moved_parts WHERE table_name = $1', name)
      })
    },
    async finish(lastNumbers) {
      await database.transaction(async (session) => {
        await checkRun(session)
        for (const [{ name, identity }, last] of lastNumbers) {
          await session.run(
            `SELECT setval(pg_get_serial_sequence('relay.${name}', '${identity}'), greatest($1, 1), $1 > 0)`,
            last,
          )
        }
        await session.run('UPDATE relay.moves SET finished_at = relay.now_ms()')
        await session.run('DELETE FROM relay.moved_parts')
      })
    },
  }
}

function refused(why: string): ConfigurationError {
  return new ConfigurationError(`The PostgreSQL store ${why}`)
}

/** Bytes as text that says so, as JSON has none. */
function toText(value: MovedValue): string | number | null | { readonly bytes: string } {
  return Buffer.isBuffer(value) ? { bytes: value.toString('base64') } : value
}

function parseKey(text: string): MovedKey {
  const values: readonly (string | number | null | { readonly bytes: string })[] = JSON.parse(text)
  return values.map((value) => (value !== null && typeof value === 'object' ? Buffer.from(value.bytes, 'base64') : value))
}
