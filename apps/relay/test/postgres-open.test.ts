import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { checkServer } from '../src/store/postgres/check-server.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { SqlSession } from '../src/store/postgres/sql-session.ts'
import type { PostgresServer } from './support/postgres-server.ts'
import { startPostgres } from './support/postgres-server.ts'

let server: PostgresServer
let admin: pg.Client
beforeAll(async () => {
  server = await startPostgres()
  admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  await admin.query("CREATE ROLE guest LOGIN PASSWORD 'p4ssw0rd'")
  for (const name of ['plain', 'readonly', 'relaxed', 'newer']) await admin.query(`CREATE DATABASE ${name}`)
  await admin.query('ALTER DATABASE readonly SET default_transaction_read_only = on')
  await admin.query('ALTER DATABASE relaxed SET synchronous_commit = off')
})
afterAll(async () => {
  await admin.end()
  await server.stop()
})

function urlOf(
  change: Readonly<Partial<Record<'pathname' | 'username' | 'password' | 'port' | 'hostname' | 'search', string>>>,
): string {
  return Object.assign(new URL(server.url), change).href
}

async function refusal(url: string): Promise<string> {
  const error: unknown = await openPostgresStore(url, systemClock, { listenUrl: null }).then(
    async (store) => store.close(),
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) throw new Error('It was opened.')
  expect(error.name).toBe('ConfigurationError')
  expect(error.message).not.toMatch(/p4ssw0rd|only-for-tests/)
  return error.message
}

describe('a database that cannot be used is refused in a sentence that says what to do', () => {
  test('nothing listens there', async () => {
    expect(await refusal(urlOf({ port: '1' }))).toMatch(
      /at 127\.0\.0\.1:1\/postgres cannot be opened \(ECONNREFUSED\)\. Nothing listens/,
    )
  })

  test('a wrong password', async () => {
    expect(await refusal(urlOf({ password: 'p4ssw0rd' }))).toMatch(/\(28P01\)\. The server refuses the user or the password/)
  })

  test('no such database', async () => {
    expect(await refusal(urlOf({ pathname: '/nowhere' }))).toMatch(/\(3D000\)\. The database does not exist\. Make it/)
  })

  test('no permission to make the schema', async () => {
    const url = urlOf({ username: 'guest', password: 'p4ssw0rd', pathname: '/plain' })
    expect(await refusal(url)).toMatch(/\(42501\)\. .*GRANT CREATE ON DATABASE.*migrate --print/)
  })

  test('no TLS where it is asked for', async () => {
    expect(await refusal(urlOf({ search: '?sslmode=verify-full', pathname: '/plain' }))).toMatch(/The server has no TLS\./)
  })

  test('a database that takes no writes', async () => {
    expect(await refusal(urlOf({ pathname: '/readonly' }))).toMatch(/takes no writes: a replica, or one that is set read-only/)
  })

  test('commits that are not synced', async () => {
    expect(await refusal(urlOf({ pathname: '/relaxed' }))).toMatch(/synchronous_commit off: a crash would lose events/)
  })

  test('a newer schema', async () => {
    const url = urlOf({ pathname: '/newer' })
    await (await openPostgresStore(url, systemClock, { listenUrl: null })).close()
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('UPDATE relay.schema_version SET version = 9999')
    await client.end()
    expect(await refusal(url)).toMatch(/schema version 9999, and this relay knows \d+ at most/)
  })

  test('an old server', async () => {
    const row = { version: 130_014, name: '13.14', is_read_only: false, synchronous_commit: 'on' }
    const session = { row: async () => row } as unknown as SqlSession
    await expect(checkServer(session)).rejects.toThrow('a server of PostgreSQL 13.14, and the relay needs 14 or later')
  })
})
