import type { Database } from 'better-sqlite3'
import type { PersonEventRow, PersonSubject } from '../common/person-events.ts'
import { personEventColumns } from '../common/person-events.ts'

/** So many events are looked at in one go. */
const windowSize = 100

/** A few events of a subject, in the order in which they came, and where to go on; `null` after the last. */
export function personEvents(
  database: Database,
): (subject: PersonSubject, after: number) => { readonly rows: readonly PersonEventRow[]; readonly next: number | null } {
  const select = (column: string) =>
    database.prepare<[string, number, number], PersonEventRow>(
      `SELECT ${personEventColumns} FROM events WHERE ${column} = ? AND seq > ? ORDER BY seq LIMIT ?`,
    )
  const by = { connection: select('connection_id'), customer: select('customer_id') }
  return ({ kind, value }, after) => {
    const rows = by[kind].all(value, after, windowSize)
    return { rows, next: rows.length < windowSize ? null : (rows.at(-1)?.seq ?? null) }
  }
}
