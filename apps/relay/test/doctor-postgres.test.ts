import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { PostgresExamination } from '../src/cli/doctor/examine-postgres.ts'
import { examinePostgres } from '../src/cli/doctor/examine-postgres.ts'
import { examineTls } from '../src/cli/doctor/examine-tls.ts'
import { systemClock } from '../src/clock/clock.ts'
import { parseEncryptionKeys } from '../src/encryption/encryption-keys.ts'
import { openSchema } from '../src/store/postgres/open-schema.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import { createFolder } from './run-command.ts'
import { runInProcess } from './run-in-process.ts'
import type { PostgresServer } from './support/postgres-server.ts'
import { startPostgres } from './support/postgres-server.ts'

const user = 'doctor_role'
const password = 'password-of-the-doctor-tests'

let server: PostgresServer
let admin: pg.Client
let count = 0
let name = ''
beforeAll(async () => {
  server = await startPostgres({ isDurable: true, settings: ['max_prepared_transactions=2', 'max_connections=30'] })
  admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  await admin.query(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`)
})
afterAll(async () => {
  await admin.end()
  await server.stop()
})
/** The URL of this test's database, or of another; as a superuser, or as a role that may do nothing by itself. */
function urlOf({ database = name, asRole = false } = {}): string {
  const url = new URL(server.url)
  url.pathname = `/${database}`
  if (asRole) Object.assign(url, { username: user, password })
  return url.href
}

async function makeStore(): Promise<void> {
  await (await openSchema(urlOf(), systemClock)).close()
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOf() })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** What is found, as `status message`; of what is not as it should be with the remedy. */
async function examine(options: Partial<PostgresExamination> = {}, url = urlOf()): Promise<readonly string[]> {
  const findings = await examinePostgres(url, { now: Date.now, keyIds: [], ...options })
  expect(JSON.stringify(findings)).not.toMatch(new RegExp(`${user}|${password}|only-for-tests|postgres:`))
  return findings.map(({ status, message, remedy }) => `${status} ${message}${remedy === null ? '' : ` → ${remedy}`}`)
}

describe('a PostgreSQL store', () => {
  beforeEach(async () => {
    count += 1
    name = `doctor_${count}`
    await admin.query(`CREATE DATABASE ${name}`)
  })

  test('that is as it should be is found so', async () => {
    await makeStore()
    expect(await examine()).toEqual([
      expect.stringMatching(/^ok PostgreSQL 18[.\d]* at 127\.0\.0\.1:\d+ answers and takes writes\.$/),
      'ok This user may read and write all of its tables.',
      expect.stringMatching(/^ok Its schema is of this version, \d+, and holds 0 events\.$/),
      "ok Its clock and this machine's agree.",
      expect.stringMatching(/^ok \d+ connections are free; a relay uses up to 11\.$/),
      'ok Nothing keeps it from cleaning up.',
      'ok Relays hear of each other.',
    ])
  })

  test('that is not there yet is not made', async () => {
    expect(await examine()).toContain('ok There is no store in it yet; the relay makes it when it starts.')
    const client = await connect()
    expect((await client.query("SELECT to_regnamespace('relay') AS made")).rows).toEqual([{ made: null }])
  })

  test.each([
    ['a wrong password', { asRole: true }, (url: string) => url.replace(password, 'wrong'), /28P01.*Correct them/],
    ['a database that is not there', { database: 'nowhere' }, (url: string) => url, /3D000.*does not exist/],
    [
      'nothing on its port',
      {},
      (url: string) => url.replace(/:\d+\//, ':1/'),
      /ECONNREFUSED.*Nothing listens at the host and port/,
    ],
  ])('with %s is told in words', async (_, of, change, said) => {
    const [finding, ...others] = await examine({}, change(urlOf(of)))
    expect(finding).toMatch(said)
    expect(finding).toMatch(/^fail/)
    expect(others).toEqual([])
  })

  test('that takes no writes is told', async () => {
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    expect(await examine()).toEqual([expect.stringMatching(/^fail .*takes no writes: a replica, or one that is set read-only/)])
  })

  test('that this user may not make, work on, or look into is told, with what to grant', async () => {
    const asRole = urlOf({ asRole: true })
    expect(await examine({}, asRole)).toContainEqual(
      expect.stringMatching(/^fail There is no store in it yet, and this user may not make the schema "relay"\. → GRANT CREATE/),
    )
    await makeStore()
    const client = await connect()
    expect(await examine({}, asRole)).toEqual([
      expect.stringMatching(/^fail .*42501.* GRANT USAGE ON SCHEMA relay TO …; GRANT SELECT, INSERT, UPDATE, DELETE/),
    ])
    await client.query(`GRANT USAGE ON SCHEMA relay TO ${user}; GRANT ALL ON ALL TABLES IN SCHEMA relay TO ${user}`)
    await client.query(`REVOKE DELETE ON relay.events, relay.deliveries FROM ${user}`)
    const found = await examine({}, asRole)
    expect(found).toContainEqual(
      expect.stringMatching(/^fail This user may not read and write deliveries, events\. → GRANT SELECT/),
    )
    expect(found).toContainEqual(expect.stringMatching(/^warn Whether something keeps .* → GRANT pg_read_all_stats/))
    await client.query(`DROP OWNED BY ${user}`)
  })

  test('of another version is told', async () => {
    await makeStore()
    const client = await connect()
    await client.query('UPDATE relay.schema_version SET version = 99')
    expect(await examine()).toContainEqual(expect.stringMatching(/^fail It has schema version 99, .* → Install that version/))
    await client.query('UPDATE relay.schema_version SET version = 1')
    expect(await examine()).toContainEqual(expect.stringMatching(/^ok Its schema has version 1; the next start brings it to/))
    await client.query(`GRANT USAGE ON SCHEMA relay TO ${user}; GRANT SELECT ON relay.schema_version TO ${user}`)
    expect(await examine({}, urlOf({ asRole: true }))).toContainEqual(
      expect.stringMatching(/^fail Its schema has version 1; .*which this user may not\. → Run subtotal-relay migrate/),
    )
    await client.query(`DROP OWNED BY ${user}`)
  })

  test('into which another is being moved is told', async () => {
    await makeStore()
    await (await connect()).query("INSERT INTO relay.moves (source, run, started_at) VALUES ('\\x00', 'a', 1)")
    expect(await examine()).toContainEqual(expect.stringMatching(/^fail An SQLite store is being moved to it/))
  })

  test('whose server would lose what was acknowledged is told', async () => {
    await admin.query(`ALTER DATABASE ${name} SET synchronous_commit = off`)
    expect(await examine()).toContainEqual(
      expect.stringMatching(/^fail RELAY_STORE names a database with synchronous_commit off: a crash would lose events/),
    )
  })

  test.each([
    [12_000, 'warn The clock of this machine is 12 s ahead of the database'],
    [-12_000, 'warn The clock of this machine is 12 s behind the database'],
    [3_000, "ok Its clock and this machine's agree."],
  ])('whose clock is %i ms away is told from five seconds on', async (ahead, said) => {
    const found = await examine({ now: () => Date.now() + ahead })
    expect(found).toContainEqual(expect.stringContaining(said))
  })

  test('with fewer connections left than a relay uses is told, whoever limits them', async () => {
    expect(await examine({ connections: 100 })).toContainEqual(
      expect.stringMatching(/^warn \d+ connections are free; a relay uses up to 101\. .* → Raise max_connections/),
    )
    await admin.query(`ALTER ROLE ${user} CONNECTION LIMIT 5`)
    expect(await examine({}, urlOf({ asRole: true }))).toContainEqual(expect.stringMatching(/^warn 5 connections are free/))
    await admin.query(`ALTER ROLE ${user} CONNECTION LIMIT -1; ALTER DATABASE ${name} CONNECTION LIMIT 7`)
    expect(await examine()).toContainEqual(expect.stringMatching(/^warn 7 connections are free/))
  })

  test('that a forgotten prepared transaction keeps from cleaning up is told', async () => {
    const client = await connect()
    await client.query(`BEGIN; CREATE TABLE forgotten (); PREPARE TRANSACTION 'of ${name}'`)
    await vi.waitFor(
      async () => {
        const found = await examine({ longHoldMs: 1 })
        expect(found).toContainEqual(expect.stringMatching(/^warn For \d+ s something has kept .* → End it: .*pg_prepared_xacts/))
      },
      { timeout: 20_000, interval: 200 },
    )
    expect(await examine()).toContain('ok Nothing keeps it from cleaning up.')
    await client.query(`ROLLBACK PREPARED 'of ${name}'`)
  })

  test('where nothing that is told is heard is told, as behind a pooler', async () => {
    // Of one database nothing is heard in another.
    expect(await examine({ listen: server.url, hearMs: 100 })).toContainEqual(
      expect.stringMatching(
        /^warn What relays tell each other is not heard through RELAY_STORE_LISTEN, .* → Set RELAY_STORE_LISTEN/,
      ),
    )
    expect(await examine({ listen: urlOf() })).toContain('ok Relays hear of each other.')
    expect(await examine({ listen: 'off' })).toContainEqual(expect.stringMatching(/^ok Relays do not listen to each other/))
    expect(await examine({ listen: urlOf({ database: 'nowhere' }) })).toContainEqual(
      expect.stringMatching(/^fail Relays cannot listen .*3D000.* → Correct RELAY_STORE_LISTEN/),
    )
  })

  test('that is sealed with a key that is not set is told', async () => {
    const encryption = parseEncryptionKeys('ab'.repeat(32))
    await (await openPostgresStore(urlOf(), systemClock, { encryption, listenUrl: null })).close()
    expect(await examine()).toContainEqual(expect.stringMatching(/^fail It is sealed with key [0-9a-f]{16}, which is not set/))
    expect(await examine({ keyIds: encryption.opening.map(({ id }) => id) })).toContain(
      'ok The keys that it is sealed with are set.',
    )
  })

  test('is examined by the command, which names no user and no password', async () => {
    const folder = await createFolder()
    onTestFinished(() => folder.remove())
    const env = { RELAY_STORE: urlOf({ asRole: true }), RELAY_STORE_LISTEN: 'off', RELAY_URL: 'http://127.0.0.1:1' }
    const { stdout, stderr } = await runInProcess(['doctor'], { cwd: folder.path, env })
    expect(stdout).toMatch(/^ok {4}store +PostgreSQL 18/m)
    expect(stdout).toContain('RELAY_STORE_LISTEN is off')
    expect(stdout + stderr).not.toMatch(new RegExp(`${user}|${password}`))
  })
})

const strict = ['sslmode=allow', 'sslmode=prefer', 'sslmode=require', 'sslmode=verify-ca', 'sslmode=verify-full', 'ssl=true']

test.each([
  ...['', 'sslmode=disable'].map((search) => [search, 'warn', ' is not encrypted: ']),
  ...['sslmode=no-verify', 'ssl=no-verify'].map((search) => [
    search,
    'warn',
    ' is encrypted, but it does not have to prove its name: ',
  ]),
  ['uselibpqcompat=true&sslmode=require', 'warn', 'does not have to prove its name'],
  [`uselibpqcompat=true&sslmode=verify-ca&sslrootcert=${import.meta.filename}`, 'warn', 'a certificate of any host is enough'],
  ...strict.map((search) => [search, 'ok', ' is encrypted, and it has to prove its name.']),
  [`sslrootcert=${import.meta.filename}`, 'ok', 'has to prove its name'],
])('what is said to another machine is to be encrypted: ?%s', (search, status, said) => {
  const found = examineTls(`postgres://db.example.com/relay?${search}`, 'RELAY_STORE_LISTEN')
  const remedy = status === 'ok' ? null : expect.stringMatching(/sslmode=verify-full.* RELAY_STORE_LISTEN\.$/)
  expect(found).toMatchObject([{ status, message: expect.stringContaining(said ?? ''), remedy }])
})

test('a URL without sslmode has that of PGSSLMODE', () => {
  vi.stubEnv('PGSSLMODE', 'no-verify')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(examineTls('postgres://db.example.com/relay')).toMatchObject([{ message: expect.stringContaining('is encrypted, but') }])
})

test('with a file that is not there a store is refused, and its TLS not judged', async () => {
  const url = 'postgres://db.example.com/relay?sslmode=verify-full&sslrootcert=/nowhere/ca.crt'
  expect(await examinePostgres(url, { now: Date.now, keyIds: [] })).toMatchObject([
    { status: 'fail', message: expect.stringContaining('The file that sslrootcert names in RELAY_STORE is not there.') },
  ])
})

test('where relays listen at another place that is looked at too', async () => {
  const url = 'postgres://127.0.0.1:1/relay'
  const listen = 'postgres://db.example.com/relay'
  const found = await examinePostgres(url, { now: Date.now, keyIds: [], listen })
  expect(found).toMatchObject([{ status: 'fail' }, { status: 'warn', remedy: expect.stringMatching(/ RELAY_STORE_LISTEN\.$/) }])
})

test.each(['127.0.0.1', 'localhost:5433', '[::1]'])('on this machine, %s, nobody is on the way', (host) => {
  expect(examineTls(`postgres://${host}/relay`)).toEqual([])
})
