import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { createFolder, runCommand } from './run-command.ts'
import { destinations, event } from './store-suite/suite-harness.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'

// A child process loads every module anew.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

const schemaAnswer = z.strictObject({ schemaVersion: z.number() })
const movedAnswer = z.strictObject({
  isFinished: z.boolean(),
  copied: z.number(),
  tables: z.array(z.strictObject({ table: z.string(), source: z.number(), target: z.number() })),
})

let databases: PostgresDatabases
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())

async function newFolder(): Promise<string> {
  const folder = await createFolder()
  onTestFinished(folder.remove)
  return folder.path
}

/** A folder with a store of two events in `data/relay.db`. */
async function folderWithStore(): Promise<string> {
  const cwd = await newFolder()
  const store = await openSqliteStore(join(cwd, 'data/relay.db'), receivedAt)
  await store.ingest({ events: [incoming(event('a')), incoming(event('b'))], destinations })
  await store.close()
  return cwd
}

describe('migrate', () => {
  test('--print prints SQL that makes a whole schema', async () => {
    const { stdout, exitCode: code } = await runCommand(['migrate', '--print'], { cwd: await newFolder() })
    expect(code).toBe(0)
    const admin = new pg.Client({ connectionString: await databases.create() })
    await admin.connect()
    await admin.query('DROP SCHEMA relay CASCADE')
    await admin.query(stdout)
    expect((await admin.query('SELECT version FROM relay.schema_version')).rows).toHaveLength(1)
    await admin.end()
  })

  test('brings the schema up to date, and says its version', async () => {
    const env = { RELAY_STORE: await databases.create() }
    const { stdout, exitCode: code } = await runCommand(['migrate', '--json'], { cwd: await newFolder(), env })
    expect(code).toBe(0)
    expect(schemaAnswer.parse(JSON.parse(stdout)).schemaVersion).toBeGreaterThan(0)
  })

  test('--from moves a store, proves it by counts, and does so once', async () => {
    const cwd = await folderWithStore()
    const env = { RELAY_STORE: await databases.create() }
    const line = ['migrate', '--from', 'sqlite:./data/relay.db']
    const first = await runCommand([...line, '--json'], { cwd, env })
    const moved = movedAnswer.parse(JSON.parse(first.stdout))
    expect(moved.isFinished).toBe(true)
    expect(moved.tables).toContainEqual({ table: 'deliveries', source: 4, target: 4 })
    const again = await runCommand(line, { cwd, env })
    expect(again).toMatchObject({ exitCode: 1 })
    expect(again.stderr).toContain('has all of this store already')
  })

  test('what cannot be done is told in a sentence, without the password', async () => {
    const cwd = await folderWithStore()
    const refused = 'postgres://relay:p4ssw0rd@127.0.0.1:1/relay'
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['migrate'], 'migrate works on a PostgreSQL store: set RELAY_STORE'],
      [['migrate', '--to', refused], 'cannot be opened (ECONNREFUSED). Nothing listens there.'],
      [['migrate', '--to', await databases.create(), '--from', 'sqlite:./nowhere.db'], 'There is no store at'],
      [['migrate', '--to', await databases.create(), '--from', 'postgres://a/b'], '--from must be sqlite:<path>.'],
    ]
    for (const [line, sentence] of cases) {
      const { stderr, exitCode: code } = await runCommand(line, { cwd })
      expect(code, line.join(' ')).not.toBe(0)
      expect(stderr).toContain(sentence)
      expect(stderr).not.toContain('p4ssw0rd')
    }
  })
})
