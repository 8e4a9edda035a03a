import type { Rewritten, SealedRow, SealedTable } from '../common/sealed-tables.ts'
import { fromPosition, toPosition } from '../common/sealed-tables.ts'
import { readWindow } from './read-window.ts'
import type { SqlSession, SqlValue } from './sql-session.ts'

/** What was done of a table in one step. */
export interface RewrittenRows extends Rewritten {
  readonly checked: number
  /** Where to go on in the table; `null` after the last row. */
  readonly position: string | null
}

/** So many rows are looked at in one step, and fewer when they hold a megabyte. */
const windowSize = 100

/**
 * Writes the next rows of a table as they would be stored now. What somebody else wrote meanwhile stays: it was stored so already, or by
 * a relay with another key, which keeps that on record. A version whose new hash is there already stays too.
 */
export async function rewriteRows(session: SqlSession, table: SealedTable, position: string | null): Promise<RewrittenRows> {
  const { rows, isEnd } = await readRows(session, table, position)
  let rewritten = 0
  let unreadable = 0
  for (const row of rows) {
    const done = table.rewrite(row)
    unreadable += done.unreadable
    if (done.rewritten === 0) continue
    if ((await update(session, table, row, done.changes)) > 0) rewritten += done.rewritten
  }
  const last = rows.at(-1)
  return { checked: rows.length, rewritten, unreadable, position: isEnd || last === undefined ? null : toPosition(table, last) }
}

async function readRows(
  session: SqlSession,
  table: SealedTable,
  position: string | null,
): Promise<{ readonly rows: readonly SealedRow[]; readonly isEnd: boolean }> {
  const { name, keys, columns, isWhole } = table
  if (isWhole === true) {
    return { rows: await session.rows<SealedRow>(`SELECT ${[...keys, ...columns].join(', ')} FROM relay.${name}`), isEnd: true }
  }
  const after = position === null ? undefined : fromPosition(position)
  return readWindow<SealedRow>(session, { table: name, keys, columns, after, limit: windowSize })
}

function update(session: SqlSession, { name, keys }: SealedTable, row: SealedRow, changes: SealedRow): Promise<number> {
  const values: SqlValue[] = []
  const bind = (value: SqlValue | undefined): string => `$${values.push(value ?? null)}`
  const sets = Object.entries(changes).map(([column, value]) => `${column} = ${bind(value)}`)
  const isThis = keys.map((key) => `t.${key} = ${bind(row[key])}`)
  const isSame = Object.keys(changes).map((column) => `t.${column} = ${bind(row[column])}`)
  const isFree =
    name === 'event_versions' ? [isNewVersion(bind(row['id']), bind(row['event_seq']), bind(changes['content_hash']))] : []
  return session.run(
    `UPDATE relay.${name} t SET ${sets.join(', ')} WHERE ${[...isThis, ...isSame, ...isFree].join(' AND ')}`,
    ...values,
  )
}

function isNewVersion(id: string, eventSeq: string, hash: string): string {
  return `NOT EXISTS (SELECT FROM relay.event_versions o WHERE o.event_seq = ${eventSeq}::bigint AND o.content_hash = ${hash}::text AND o.id <> ${id}::bigint)`
}
