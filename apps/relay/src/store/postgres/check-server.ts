import { ConfigurationError } from '../../config/configuration-error.ts'
import type { SqlSession } from './sql-session.ts'

/** PostgreSQL 14, as the server says it. */
const leastVersion = 140_000

interface ServerRow {
  readonly version: number
  readonly name: string
  readonly is_read_only: boolean
  readonly synchronous_commit: string
}

/** Throws a `ConfigurationError` in words when the server is too old, takes no writes, or would promise what is not on stable storage. */
export async function checkServer(session: SqlSession): Promise<void> {
  const server = await session.row<ServerRow>(
    `SELECT current_setting('server_version_num')::integer AS version, current_setting('server_version') AS name,
       pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS is_read_only,
       current_setting('synchronous_commit') AS synchronous_commit`,
  )
  if (server === undefined) throw new Error('The server says nothing of itself.')
  if (server.version < leastVersion) {
    throw new ConfigurationError(
      `RELAY_STORE names a server of PostgreSQL ${server.name}, and the relay needs 14 or later. Nothing was changed. Upgrade it, or name another.`,
    )
  }
  if (server.is_read_only) {
    throw new ConfigurationError(
      'RELAY_STORE names a database that takes no writes: a replica, or one that is set read-only. Let it name the primary.',
    )
  }
  if (server.synchronous_commit === 'off') {
    throw new ConfigurationError(
      'RELAY_STORE names a database with synchronous_commit off: a crash would lose events that were acknowledged. Set it to on, for the server, the database or the user (ALTER ROLE … SET synchronous_commit = on).',
    )
  }
}
