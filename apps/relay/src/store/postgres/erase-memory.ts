import type { Person } from '../../erasure/person.ts'
import type { SqlSession } from './sql-session.ts'

interface OwnerRow {
  readonly connection_id: string
  readonly owner: string | null
}

/**
 * Forgets what is remembered of a person's connections, which are locked. What is remembered of another customer whom a connection belongs to
 * by now stays; of all before them nothing does, or a late event would be completed with what is known of somebody else.
 */
export async function eraseMemory(session: SqlSession, { customers }: Person, connectionIds: readonly string[]): Promise<void> {
  const rows = await session.rows<OwnerRow>(
    `SELECT c.connection_id, (SELECT h.customer_id FROM relay.connection_history h WHERE h.connection_id = c.connection_id
       ORDER BY h.order_key DESC LIMIT 1) AS owner
     FROM unnest($1::text[]) AS c (connection_id)`,
    connectionIds,
  )
  const others = rows.filter(({ owner }) => owner !== null && !customers.has(owner))
  const theirs = rows.filter((row) => !others.includes(row)).map((row) => row.connection_id)
  const othersConnections = others.map((row) => row.connection_id)
  const owners = others.map(({ owner }) => owner)
  await Promise.all([
    session.run('DELETE FROM relay.connection_contacts WHERE connection_id = ANY($1::text[])', connectionIds),
    session.run('DELETE FROM relay.identity_arrivals WHERE connection_id = ANY($1::text[])', theirs),
    session.run('DELETE FROM relay.person_index WHERE connection_id = ANY($1::text[])', theirs),
    session.run('DELETE FROM relay.connection_history WHERE connection_id = ANY($1::text[])', theirs),
    session.run(
      `DELETE FROM relay.person_index p USING unnest($1::text[], $2::text[]) AS o (connection_id, owner)
       WHERE p.connection_id = o.connection_id AND p.customer_id <> o.owner`,
      othersConnections,
      owners,
    ),
    session.run(
      `DELETE FROM relay.connection_history h USING unnest($1::text[], $2::text[]) AS o (connection_id, owner)
       WHERE h.connection_id = o.connection_id AND h.order_key <= (SELECT max(x.order_key) FROM relay.connection_history x
         WHERE x.connection_id = o.connection_id AND x.customer_id IS DISTINCT FROM o.owner)`,
      othersConnections,
      owners,
    ),
  ])
}
