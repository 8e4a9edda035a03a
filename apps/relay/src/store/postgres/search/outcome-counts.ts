import type { EventSearch } from '../../records.ts'
import type { SqlSession } from '../sql-session.ts'

/** How many deliveries of one destination are meant. */
export interface OutcomeCount {
  readonly destination: string
  readonly count: number
}

/** How many deliveries have this status, for this destination; without either, any. Destinations without one are left out. */
export async function outcomeCounts(
  session: SqlSession,
  { status, destination }: Pick<EventSearch, 'status' | 'destination'>,
): Promise<readonly OutcomeCount[]> {
  return session.rows<OutcomeCount>(
    `SELECT destination, sum(count)::bigint AS count FROM relay.delivery_counts
     WHERE status = coalesce($1, status) AND destination = coalesce($2, destination)
     GROUP BY destination HAVING sum(count) > 0 ORDER BY destination`,
    status ?? null,
    destination ?? null,
  )
}
