import type { Database, Statement } from 'better-sqlite3'
import type { Rewritten, SealedRow, SealedTable } from '../common/sealed-tables.ts'

/** Writes a row of a table with sealed values as it would be stored now. A version whose new hash is there already stays. */
export function rewriteRow(database: Database, table: SealedTable): (row: SealedRow) => Rewritten {
  const where = table.keys.map((key) => `${key} = ?`).join(' AND ')
  const statements = new Map<string, Statement<unknown[]>>()

  function update(columns: readonly string[]): Statement<unknown[]> {
    const sets = columns.map((column) => `${column} = ?`).join(', ')
    const statement = statements.get(sets) ?? database.prepare(`UPDATE OR IGNORE ${table.name} SET ${sets} WHERE ${where}`)
    statements.set(sets, statement)
    return statement
  }

  return (row) => {
    const { changes, ...done } = table.rewrite(row)
    const columns = Object.keys(changes)
    if (columns.length > 0) update(columns).run(...Object.values(changes), ...table.keys.map((key) => row[key]))
    return done
  }
}
