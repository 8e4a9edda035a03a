import { renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { checkServer } from '../src/store/postgres/check-server.ts'
import { cutConnection } from '../src/store/postgres/cut-connection.ts'
import { migrationScript } from '../src/store/postgres/migration-script.ts'
import { neededGrants } from '../src/store/postgres/needed-grants.ts'
import { openInWords } from '../src/store/postgres/open-in-words.ts'
import { openPool } from '../src/store/postgres/open-pool.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { SqlSession } from '../src/store/postgres/sql-session.ts'
import type { PostgresServer } from './support/postgres-server.ts'
import { startPostgres } from './support/postgres-server.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

let server: PostgresServer
let admin: pg.Client
beforeAll(async () => {
  server = await startPostgres()
  admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  await admin.query("CREATE ROLE guest LOGIN PASSWORD 'p4ssw0rd'")
  for (const name of ['plain', 'readonly', 'relaxed', 'newer', 'closed', 'granted']) await admin.query(`CREATE DATABASE ${name}`)
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

  test('no permission to connect', async () => {
    await admin.query('REVOKE CONNECT ON DATABASE closed FROM PUBLIC')
    const url = urlOf({ username: 'guest', password: 'p4ssw0rd', pathname: '/closed' })
    expect(await refusal(url)).toMatch(/\(42501\)\. .*may not connect.*GRANT CONNECT ON DATABASE/)
  })

  test('a schema that another user has made: what is missing is granted, not made again', async () => {
    const asGuest = urlOf({ username: 'guest', password: 'p4ssw0rd', pathname: '/granted' })
    const client = new pg.Client({ connectionString: urlOf({ pathname: '/granted' }) })
    await client.connect()
    onTestFinished(() => client.end())
    await client.query(migrationScript(0))
    for (const grant of neededGrants('guest')) {
      const said = await refusal(asGuest)
      expect(said).toMatch(/\(42501\)\. .*GRANT USAGE ON SCHEMA relay TO …; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES/)
      expect(said).not.toContain('--print')
      await client.query(grant)
    }
    await (await openPostgresStore(asGuest, systemClock, { listenUrl: null })).close()
    await client.query('UPDATE relay.schema_version SET version = 1')
    expect(await refusal(asGuest)).toMatch(
      /has schema version 1, and .* may not bring it to \d+ \(42501\)\. Run subtotal-relay migrate/,
    )
  })

  test('no TLS where it is asked for', async () => {
    expect(await refusal(urlOf({ search: '?sslmode=verify-full', pathname: '/plain' }))).toMatch(/The server has no TLS\./)
  })

  test.each([
    [
      'sslrootcert',
      '/nowhere/ca.crt',
      /\(ENOENT\)\. The file that sslrootcert names in RELAY_STORE is not there\. .* leave sslrootcert out/,
    ],
    [
      'sslcert',
      '/nowhere/client.crt',
      /\(ENOENT\)\. The file that sslcert names in RELAY_STORE is not there\. Put it there, correct the path\.$/,
    ],
    ['sslkey', tmpdir(), /\(EISDIR\)\. The file that sslkey names in RELAY_STORE cannot be read\. /],
  ])('no file where %s leads', async (parameter, path, said) => {
    const message = await refusal(urlOf({ search: `?sslmode=verify-full&${parameter}=${path}`, pathname: '/plain' }))
    expect(message).toMatch(said)
    expect(message).not.toContain(path)
  })

  test.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'is of an unknown authority. Let sslrootcert'],
    ['UNABLE_TO_GET_ISSUER_CERT', 'is of an unknown authority. Let sslrootcert'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'is of an unknown authority. Let sslrootcert'],
    ['CERT_NOT_YET_VALID', "is not valid yet. Check this machine's clock"],
  ])('a certificate that is refused with %s', async (code, said) => {
    const refused = openInWords(server.url, () => Promise.reject(Object.assign(new Error(), { code })))
    await expect(refused).rejects.toThrow(`(${code}). The server's certificate ${said}`)
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

test('a file that the URL names and that is gone later fails who asks for a connection, and nobody else', async () => {
  const path = join(temporaryFolder(), 'ca.crt')
  writeFileSync(path, '')
  const pool = openPool({ url: urlOf({ search: `?sslmode=disable&sslrootcert=${path}` }), size: 1 })
  onTestFinished(() => pool.end())
  const client = await pool.connect()
  const next = pool.connect()
  renameSync(path, `${path}.kept`)
  cutConnection(client)
  client.release(true)
  await expect(next).rejects.toThrow('The file that sslrootcert names in RELAY_STORE is not there.')
  renameSync(`${path}.kept`, path)
  ;(await pool.connect()).release()
})
