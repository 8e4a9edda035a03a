import { ConfigurationError } from '../../config/configuration-error.ts'
import { migrations } from './migrations.ts'
import { neededGrants } from './needed-grants.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import type { SqlSession } from './sql-session.ts'
import { sqlStateOf } from './sql-state.ts'

/** A look at the catalogue's tables: `to_regclass` may answer from what the connection knew before it waited for the lock. */
const find = `SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'relay' AND c.relname = 'schema_version')`

const notAllowed = '42501'

/** The schema version of a store; 0 where there is none. */
export async function schemaVersion(session: SqlSession): Promise<number> {
  const isThere = await session.value<boolean>(find)
  return isThere === true ? ((await session.value<number>('SELECT version FROM relay.schema_version')) ?? 0) : 0
}

/**
 * Brings the schema up to date, in one transaction, by whichever relay comes first; the others wait. Writes nothing where it is. Throws a
 * `ConfigurationError` in words where the schema is of a newer version, or may not be changed.
 */
export async function migrateDatabase(database: PostgresDatabase): Promise<void> {
  const found = await knownVersion(database)
  if (found === migrations.length) return
  try {
    await database.transaction(migrate)
  } catch (error) {
    throw sqlStateOf(error) === notAllowed ? new ConfigurationError(refusalOf(found)) : error
  }
}

async function migrate(session: SqlSession): Promise<void> {
  await session.run("SELECT pg_advisory_xact_lock(hashtextextended('relay.migrate', 0))")
  const version = await knownVersion(session)
  if (version === migrations.length) return
  for (const migration of migrations.slice(version)) await session.run(migration)
  await session.run('CREATE TABLE IF NOT EXISTS relay.schema_version (version integer NOT NULL)')
  await session.run('DELETE FROM relay.schema_version')
  await session.run('INSERT INTO relay.schema_version (version) VALUES ($1)', migrations.length)
}

function refusalOf(version: number): string {
  if (version === 0) {
    return 'The user of RELAY_STORE may not make the schema "relay" (42501). Grant it (GRANT CREATE ON DATABASE … TO …), or run what subtotal-relay migrate --print prints as a user who may.'
  }
  return `The PostgreSQL store has schema version ${version}, and the user of RELAY_STORE may not bring it to ${migrations.length} (42501). Run subtotal-relay migrate as the user who owns the schema "relay", and then: ${neededGrants('…').join(' ')}`
}

/** The schema version of a store that this relay knows; 0 where there is none. Throws a `ConfigurationError` in words where it is newer. */
export async function knownVersion(session: SqlSession): Promise<number> {
  const version = await schemaVersion(session)
  if (version <= migrations.length) return version
  throw new ConfigurationError(
    `The PostgreSQL store has schema version ${version}, and this relay knows ${migrations.length} at most: it was written by a newer version. Nothing was changed. Install that version again.`,
  )
}
