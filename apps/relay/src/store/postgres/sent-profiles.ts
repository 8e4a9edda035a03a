import type { ProfileRow } from '../common/profile-order.ts'
import { isProfile, mayHaveArrived } from '../common/profile-order.ts'
import type { SqlSession } from './sql-session.ts'

interface DueProfileRow extends ProfileRow {
  readonly id: number
}

/** What `was_sent` becomes when a lease ends without its holder: a profile that it held may have arrived. On a row of `deliveries`. */
export function keptSent(row: string): string {
  const column = (name: string): string => (row === '' ? name : `${row}.${name}`)
  return `CASE WHEN ${column('lease_token')} IS NOT NULL AND ${column('profile_connection')} IS NOT NULL THEN 1 ELSE ${column('was_sent')} END`
}

/**
 * The profiles among due deliveries that a newer one of their connection went before. Until the caller's transaction ends nobody else
 * claims a profile for the destination, who would not see that these are leased.
 */
export async function supersededRows(
  session: SqlSession,
  destination: string,
  rows: readonly DueProfileRow[],
): Promise<ReadonlySet<number>> {
  const profiles = rows.filter(({ type }) => isProfile(type))
  if (profiles.length === 0) return new Set()
  const [, superseded] = await Promise.all([
    session.run("SELECT pg_advisory_xact_lock(hashtextextended('relay.profiles:' || $1, 0))", destination),
    session.rows<{ readonly id: number }>(
      `SELECT p.id FROM unnest($2::bigint[], $3::text[], $4::text[]) AS p(id, connection_id, order_key)
       WHERE EXISTS (SELECT 1 FROM relay.deliveries d WHERE d.destination = $1 AND d.profile_connection = p.connection_id
         AND d.ordering_key > p.order_key AND ${mayHaveArrived('d')})`,
      destination,
      profiles.map(({ id }) => id),
      profiles.map((row) => row.connection_id),
      profiles.map((row) => row.order_key),
    ),
  ])
  return new Set(superseded.map(({ id }) => id))
}
