import { schemaVersion } from '../../store/postgres/migrate-database.ts'
import { migrations } from '../../store/postgres/migrations.ts'
import { tableGrant } from '../../store/postgres/needed-grants.ts'
import type { SqlSession } from '../../store/postgres/sql-session.ts'
import { examineKeys } from './examine-keys.ts'
import type { Finding } from './finding.ts'
import { fail, ok } from './finding.ts'

/** The store in a database: is it one, of which version, and may this user work on it. */
export async function examineSchema(session: SqlSession, keyIds: readonly string[]): Promise<readonly Finding[]> {
  const version = await schemaVersion(session)
  if (version === 0) return [await examineCreation(session)]
  if (version > migrations.length) {
    return [
      fail(
        'store',
        `It has schema version ${version}, and this relay knows ${migrations.length} at most: a newer relay wrote it.`,
        'Install that version again.',
      ),
    ]
  }
  if (version < migrations.length) return [await examineUpgrade(session, version)]
  const events = await session.value<number>("SELECT coalesce(sum(value), 0)::bigint FROM relay.counters WHERE name = 'events'")
  const keys = await session.rows<{ readonly id: string }>('SELECT id FROM relay.encryption_keys')
  return [
    await examineTables(session),
    ok('store', `Its schema is of this version, ${version}, and holds ${events} events.`),
    ...(await examineMove(session)),
    ...examineKeys(
      keys.map(({ id }) => id),
      keyIds,
    ),
  ]
}

async function examineCreation(session: SqlSession): Promise<Finding> {
  const mayCreate = await session.value<boolean>("SELECT has_database_privilege(current_database(), 'CREATE')")
  if (mayCreate === true) return ok('store', 'There is no store in it yet; the relay makes it when it starts.')
  return fail(
    'store',
    'There is no store in it yet, and this user may not make the schema "relay".',
    'GRANT CREATE ON DATABASE … TO the user of RELAY_STORE, or run what subtotal-relay migrate --print prints as a user who may.',
  )
}

async function examineUpgrade(session: SqlSession, version: number): Promise<Finding> {
  const isOwner = await session.value<boolean>(`SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'relay'`)
  const message = `Its schema has version ${version}; the next start brings it to ${migrations.length}`
  if (isOwner === true) return ok('store', `${message}.`)
  return fail(
    'store',
    `${message}, which this user may not.`,
    'Run subtotal-relay migrate as the user who owns the schema "relay".',
  )
}

async function examineTables(session: SqlSession): Promise<Finding> {
  const refused = await session.value<string | null>(
    `SELECT string_agg(c.relname, ', ' ORDER BY c.relname) FROM pg_class c
     WHERE c.relnamespace = 'relay'::regnamespace AND c.relkind = 'r' AND c.relname <> 'schema_version'
     AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
       AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))`,
  )
  if (refused === null || refused === undefined) return ok('store', 'This user may read and write all of its tables.')
  return fail('store', `This user may not read and write ${refused}.`, `${tableGrant} TO the user of RELAY_STORE.`)
}

async function examineMove(session: SqlSession): Promise<readonly Finding[]> {
  const isMoving = await session.value<boolean>('SELECT EXISTS (SELECT FROM relay.moves WHERE finished_at IS NULL)')
  if (isMoving !== true) return []
  return [
    fail(
      'store',
      'An SQLite store is being moved to it, and no relay starts on it until that is done.',
      'Stop the old relay and run subtotal-relay migrate --from sqlite:… once more.',
    ),
  ]
}
