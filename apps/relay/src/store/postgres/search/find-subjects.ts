import type { PersonSubject } from '../../common/person-events.ts'
import type { EventFilter } from '../../records.ts'
import type { SqlSession } from '../sql-session.ts'

/** A person who has more is looked for among all events. */
const mostSubjects = 200

/**
 * The connections or customers among whose events a search can look, as both have an index; `undefined`: it names none. All else that it
 * asks for still has to be compared.
 */
export async function findSubjects(
  session: SqlSession,
  { connection, customer, person }: EventFilter,
): Promise<readonly PersonSubject[] | undefined> {
  if (connection !== undefined) return [{ kind: 'connection', value: connection }]
  if (customer !== undefined) return [{ kind: 'customer', value: customer }]
  if (person === undefined) return undefined
  const subjects = await session.rows<PersonSubject>(
    `SELECT 'connection' AS kind, connection_id AS value FROM relay.person_index WHERE person_id = $1
     UNION SELECT 'customer', customer_id FROM relay.person_index WHERE person_id = $1 AND customer_id <> '' LIMIT $2`,
    person,
    mostSubjects + 1,
  )
  return subjects.length > mostSubjects ? undefined : subjects
}
