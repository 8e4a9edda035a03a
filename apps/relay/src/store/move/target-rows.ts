import type { PostgresDatabase } from '../postgres/postgres-database.ts'
import type { SqlSession, SqlValue } from '../postgres/sql-session.ts'
import { toStoredText } from '../postgres/sql-session.ts'
import type { MovedKey, MovedRow, MovedValue } from './move-source.ts'
import type { MovedTable } from './moved-tables.ts'

/** The rows of the tables that are moved to. */
interface TargetRows {
  /** Puts the rows in the place of everything after a key, up to and including another one. */
  replace(
    session: SqlSession,
    table: MovedTable,
    after: MovedKey | null,
    last: MovedKey,
    rows: readonly MovedRow[],
  ): Promise<void>
  /** Removes everything after a key, and everything with a key that is stored as other text, wherever that is. */
  removeAfter(session: SqlSession, table: MovedTable, after: MovedKey | null): Promise<void>
}

/** What the store keeps in the place of a NUL: a key with one sorts elsewhere than in the source. */
const replacedNul = toStoredText('\0')

/** Reads the target's columns when they are first needed. */
export function targetRows(database: PostgresDatabase): TargetRows {
  const columnsOf = new Map<string, ReadonlyMap<string, string>>()

  async function readColumns(name: string): Promise<ReadonlyMap<string, string>> {
    const rows = await database.rows<{ readonly column_name: string; readonly type: string }>(
      "SELECT column_name, udt_name AS type FROM information_schema.columns WHERE table_schema = 'relay' AND table_name = $1",
      name,
    )
    return new Map(rows.map((row) => [row.column_name, row.type]))
  }

  async function typesOf(name: string): Promise<ReadonlyMap<string, string>> {
    const known = columnsOf.get(name) ?? (await readColumns(name))
    columnsOf.set(name, known)
    return known
  }

  /** `null`: from the first, or to the last. What is stored as other text is left alone: it sorts elsewhere. */
  async function remove(
    session: SqlSession,
    { name, key }: MovedTable,
    after: MovedKey | null,
    last: MovedKey | null,
  ): Promise<void> {
    const values: MovedValue[] = []
    const bounds = [
      { sign: '>', bound: after },
      { sign: '<=', bound: last },
    ].flatMap(({ sign, bound }) => {
      if (bound === null) return []
      const stored = storedBound(bound)
      const marks = stored.map((value) => `$${values.push(value)}`).join(', ')
      return `(${key.slice(0, stored.length).join(', ')}) ${sign} (${marks})`
    })
    const types = await typesOf(name)
    const sameTexts = key.flatMap((column) => (types.get(column) === 'text' ? `strpos(${column}, '${replacedNul}') = 0` : []))
    const conditions = [...bounds, ...sameTexts]
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
    await session.run(`DELETE FROM relay.${name}${where}`, ...values)
  }

  async function removeAllReplaced(session: SqlSession, { name, key }: MovedTable): Promise<void> {
    const types = await typesOf(name)
    for (const column of key.filter((one) => types.get(one) === 'text')) {
      await session.run(`DELETE FROM relay.${name} WHERE strpos(${column}, '${replacedNul}') > 0`)
    }
  }

  /** Those of the rows that are stored as other text. */
  async function removeReplaced(session: SqlSession, { name, key }: MovedTable, rows: readonly MovedRow[]): Promise<void> {
    const where = key.map((column, index) => `${column} = $${index + 1}`).join(' AND ')
    for (const row of rows) {
      const values = key.map((column) => row[column] ?? null)
      if (values.some(isReplaced)) await session.run(`DELETE FROM relay.${name} WHERE ${where}`, ...values)
    }
  }

  async function insert(session: SqlSession, table: MovedTable, rows: readonly MovedRow[]): Promise<void> {
    const types = await typesOf(table.name)
    const columns = Object.keys(rows[0] ?? {}).filter((column) => types.has(column) && table.left?.includes(column) !== true)
    if (columns.length === 0) return
    const added = Object.entries(table.added ?? {})
    const names = [...columns, ...added.map(([name]) => name)].join(', ')
    const given = [...columns, ...added.map(([, value]) => String(value))].join(', ')
    const arrays = columns.map((column, index) => `$${index + 1}::${types.get(column)}[]`).join(', ')
    await session.run(
      `INSERT INTO relay.${table.name} (${names}) SELECT ${given} FROM unnest(${arrays}) AS moved (${columns.join(', ')})`,
      ...columns.map((column): SqlValue => rows.map((row) => row[column] ?? null)),
    )
  }

  return {
    async replace(session, table, after, last, rows) {
      await remove(session, table, after, last)
      await removeReplaced(session, table, rows)
      await insert(session, table, rows)
    },
    async removeAfter(session, table, after) {
      await remove(session, table, after, null)
      await removeAllReplaced(session, table)
    },
  }
}

/** Whether it is stored as other text, or may be taken for one that is. */
function isReplaced(value: MovedValue): boolean {
  return typeof value === 'string' && toStoredText(value).includes(replacedNul)
}

/** What bounds the same keys without a NUL: a NUL comes before everything else that a text can go on with. */
function storedBound(key: MovedKey): MovedKey {
  const values: MovedValue[] = []
  for (const value of key) {
    const nul = typeof value === 'string' ? value.indexOf('\0') : -1
    if (typeof value === 'string' && nul !== -1) return [...values, value.slice(0, nul)]
    values.push(value)
  }
  return values
}
