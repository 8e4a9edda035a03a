import type { Person } from '../../erasure/person.ts'
import type { PersonEventRow } from '../common/person-events.ts'
import { personEventColumns } from '../common/person-events.ts'
import type { SqlSession } from './sql-session.ts'

/** So many events are looked at in one go. */
const windowSize = 100

/** A few of a person's events after that one, in the order in which they came, and where to go on; `null` after the last. */
export async function personEvents(
  session: SqlSession,
  { connections, customers }: Person,
  after: number,
): Promise<{ readonly rows: readonly PersonEventRow[]; readonly next: number | null }> {
  // All of theirs first, by the indexes: in the order of all events it could be a search through everybody's.
  const rows = await session.rows<PersonEventRow>(
    `WITH theirs AS MATERIALIZED (
       SELECT ${personEventColumns} FROM relay.events WHERE customer_id = ANY($2::text[])
       UNION ALL
       SELECT ${personEventColumns} FROM relay.events WHERE connection_id = ANY($1::text[]) AND customer_id IS NULL)
     SELECT * FROM theirs WHERE seq > $3 ORDER BY seq LIMIT ${windowSize}`,
    [...connections],
    [...customers],
    after,
  )
  return { rows, next: rows.length < windowSize ? null : (rows.at(-1)?.seq ?? null) }
}
