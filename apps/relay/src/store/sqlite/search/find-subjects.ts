import type { Database } from 'better-sqlite3'
import type { PersonSubject } from '../../common/person-events.ts'
import type { EventFilter } from '../../records.ts'

/** A person who has more is looked for among all events. */
const mostSubjects = 200

/**
 * The connections or customers among whose events a search can look, as both have an index; `undefined`: it names none. All else that it
 * asks for still has to be compared.
 */
export function findSubjects(
  database: Database,
  { connection, customer, person }: EventFilter,
): readonly PersonSubject[] | undefined {
  if (connection !== undefined) return [{ kind: 'connection', value: connection }]
  if (customer !== undefined) return [{ kind: 'customer', value: customer }]
  if (person === undefined) return undefined
  const rows = database
    .prepare<[string, number], { readonly connection_id: string; readonly customer_id: string }>(
      'SELECT connection_id, customer_id FROM person_index WHERE person_id = ? LIMIT ?',
    )
    .all(person, mostSubjects)
  const connections = new Set(rows.map((row) => row.connection_id))
  const customers = new Set(rows.map((row) => row.customer_id).filter((id) => id !== ''))
  if (connections.size + customers.size > mostSubjects) return undefined
  return [
    ...[...connections].map((value) => ({ kind: 'connection', value }) as const),
    ...[...customers].map((value) => ({ kind: 'customer', value }) as const),
  ]
}
