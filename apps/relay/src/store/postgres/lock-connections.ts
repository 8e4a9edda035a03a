import { OvertakenError } from './postgres-database.ts'
import type { SqlSession } from './sql-session.ts'
import { toStoredText } from './sql-session.ts'

/**
 * Locks what is known of connections until the transaction ends: whoever reads and then changes it does so first, before any other row, so
 * that no two wait for each other. What is asked in the same breath is read under the locks.
 */
export async function lockConnections(session: SqlSession, connectionIds: readonly string[]): Promise<void> {
  const ids = [...new Set(connectionIds.map(toStoredText))]
  if (ids.length === 0) return
  const [, locked] = await Promise.all([
    session.run(
      `INSERT INTO relay.connections (connection_id) SELECT id FROM unnest($1::text[]) AS asked(id) ORDER BY id
       ON CONFLICT DO NOTHING`,
      ids,
    ),
    session.rows(
      'SELECT connection_id FROM relay.connections WHERE connection_id = ANY($1::text[]) ORDER BY connection_id FOR UPDATE',
      ids,
    ),
  ])
  // A row that was forgotten meanwhile could not be locked.
  if (locked.length < ids.length) throw new OvertakenError()
}
