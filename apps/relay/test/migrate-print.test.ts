import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { migrationScript } from '../src/store/postgres/migration-script.ts'
import { migrations } from '../src/store/postgres/migrations.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import { createFolder } from './run-command.ts'
import { runInProcess } from './run-in-process.ts'
import { destinations, event } from './store-suite/suite-harness.ts'
import { incoming } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'

let databases: PostgresDatabases
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())

async function print(store: string | undefined, ...line: readonly string[]): Promise<Awaited<ReturnType<typeof runInProcess>>> {
  const folder = await createFolder()
  onTestFinished(folder.remove)
  return runInProcess(['migrate', '--print', ...line], {
    cwd: folder.path,
    env: store === undefined ? {} : { RELAY_STORE: store },
  })
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

test('where no PostgreSQL is named the whole schema is printed, and what its user needs', async () => {
  const { stdout } = await print(undefined)
  expect(stdout).toBe(migrationScript(0))
  expect(stdout).toContain('--   GRANT USAGE ON SCHEMA relay TO relay;\n')
})

test('of a store that is named what it lacks is printed, and nothing is changed', async () => {
  const url = await databases.create()
  const client = await connect(url)
  const version = async (): Promise<unknown> => (await client.query('SELECT version FROM relay.schema_version')).rows[0]?.version

  const upToDate = await print(url)
  expect(upToDate.stdout).toBe(`-- The schema has version ${migrations.length} already: there is nothing to run.\n`)
  await client.query('DROP SCHEMA relay CASCADE')
  expect((await print(url)).stdout).toBe(migrationScript(0))
  expect((await client.query("SELECT to_regnamespace('relay') AS made")).rows).toEqual([{ made: null }])
  await client.query(migrations[0] ?? '')
  await client.query('CREATE TABLE relay.schema_version (version integer NOT NULL); INSERT INTO relay.schema_version VALUES (1)')
  const { stdout: pending } = await print(undefined, '--to', url)
  expect(await version()).toBe(1)

  await client.query(pending)
  expect(await version()).toBe(migrations.length)
  const store = await openPostgresStore(url, systemClock, { listenUrl: null })
  await store.ingest({ events: [incoming(event('a'))], destinations })
  expect((await store.stats()).events).toBe(1)
  await store.close()
  await expect(client.query(pending)).rejects.toThrow('no longer has version 1')
})

test('where the store that is named cannot be read, nothing is printed but why', async () => {
  const { stdout, stderr } = await print('postgres://relay:p4ssw0rd@127.0.0.1:1/relay')
  expect(stdout).toBe('')
  expect(stderr).toContain('cannot be opened (ECONNREFUSED). Nothing listens at the host and port in RELAY_STORE.')
  expect(stderr).not.toContain('p4ssw0rd')
})
