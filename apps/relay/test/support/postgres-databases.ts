import pg from 'pg'
import { systemClock } from '../../src/clock/clock.ts'
import { migrateDatabase } from '../../src/store/postgres/migrate-database.ts'
import { neededGrants } from '../../src/store/postgres/needed-grants.ts'
import { openPool } from '../../src/store/postgres/open-pool.ts'
import { postgresDatabase } from '../../src/store/postgres/postgres-database.ts'
import type { PostgresServer } from './postgres-server.ts'
import { startPostgres } from './postgres-server.ts'

/** Databases with an empty store in each, on one server. */
export interface PostgresDatabases {
  /** The URL of a new one. */
  create(): Promise<string>
  /** The same one for a user who has no more than the needed grants; on the server of `TEST_DATABASE_URL` for its own user. */
  asGranted(url: string): string
  drop(url: string): Promise<void>
  /** Ends every database that is left, and the server if it was started for them. */
  stop(): Promise<void>
}

const grantee = { username: 'granted', password: 'only-for-tests' }

/** Databases on a server of their own, or on that of `TEST_DATABASE_URL`, whose user must be allowed to create them. */
export async function postgresDatabases(): Promise<PostgresDatabases> {
  const given = process.env['TEST_DATABASE_URL']
  const server: PostgresServer | undefined = given === undefined ? await startPostgres() : undefined
  const admin = new pg.Client({ connectionString: given ?? server?.url })
  await admin.connect()
  const prefix = `relay_test_${process.pid}_${Date.now()}`
  const template = `${prefix}_template`
  const names = new Set([template])
  await admin.query(`CREATE DATABASE ${template}`)
  const made = postgresDatabase(openPool({ url: urlOf(template) }), systemClock)
  await migrateDatabase(made)
  if (given === undefined) {
    await admin.query(`CREATE ROLE ${grantee.username} LOGIN PASSWORD '${grantee.password}'`)
    for (const grant of neededGrants(grantee.username)) await made.run(grant)
  }
  await made.close()
  // A pooler keeps its connection to it, and nobody may be connected to what is copied.
  await admin.query('SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1', [template])

  function urlOf(name: string): string {
    const url = new URL(given ?? server?.url ?? '')
    url.pathname = `/${name}`
    return url.href
  }

  async function drop(name: string): Promise<void> {
    names.delete(name)
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }

  let count = 0
  return {
    async create() {
      count += 1
      const name = `${prefix}_${count}`
      names.add(name)
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
      return urlOf(name)
    },
    asGranted: (url) => (given === undefined ? Object.assign(new URL(url), grantee).href : url),
    drop: (url) => drop(new URL(url).pathname.slice(1)),
    async stop() {
      for (const name of [...names]) await drop(name)
      await admin.end()
      await server?.stop()
    },
  }
}
