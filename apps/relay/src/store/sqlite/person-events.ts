import type { Database } from 'better-sqlite3'
import type { Person } from '../../erasure/person.ts'

/** An event as far as an erasure needs it. */
export interface PersonEventRow {
  readonly seq: number
  readonly event_id: string
  readonly idempotency_key: string
  readonly customer_id: string | null
  readonly connection_id: string
}

/** What a person's events are found by: one of their connections or customer ids. */
export interface PersonSubject {
  readonly kind: 'connection' | 'customer'
  readonly value: string
}

/** So many events are looked at in one go. */
const windowSize = 100

/** Everything that a person's events are found by. */
export function subjectsOf({ connections, customers }: Person): readonly PersonSubject[] {
  return [
    ...[...connections].map((value) => ({ kind: 'connection', value }) as const),
    ...[...customers].map((value) => ({ kind: 'customer', value }) as const),
  ]
}

/** Whether an event of one of the person's connections or customer ids is theirs: it may name another customer. */
export function isPersonEvent(
  { customers, connections }: Person,
  row: Pick<PersonEventRow, 'customer_id' | 'connection_id'>,
): boolean {
  return row.customer_id === null ? connections.has(row.connection_id) : customers.has(row.customer_id)
}

/** A few events of a subject, in the order in which they came, and where to go on; `null` after the last. */
export function personEvents(
  database: Database,
): (subject: PersonSubject, after: number) => { readonly rows: readonly PersonEventRow[]; readonly next: number | null } {
  const columns = 'seq, event_id, idempotency_key, customer_id, connection_id'
  const select = (column: string) =>
    database.prepare<[string, number, number], PersonEventRow>(
      `SELECT ${columns} FROM events WHERE ${column} = ? AND seq > ? ORDER BY seq LIMIT ?`,
    )
  const by = { connection: select('connection_id'), customer: select('customer_id') }
  return ({ kind, value }, after) => {
    const rows = by[kind].all(value, after, windowSize)
    return { rows, next: rows.length < windowSize ? null : (rows.at(-1)?.seq ?? null) }
  }
}
