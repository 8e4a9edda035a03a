import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import { createFolder, runCommand, startCommand } from './run-command.ts'
import { runInProcess } from './run-in-process.ts'
import { destinations, event } from './store-suite/suite-harness.ts'
import { heldPart } from './support/held-part.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { postgresContents, sqliteContents } from './support/store-contents.ts'

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

/** A folder with a store of so many events in `data/relay.db`. */
async function folderWithStore(count = 2): Promise<string> {
  const cwd = await newFolder()
  const store = await openSqliteStore(join(cwd, 'data/relay.db'), receivedAt)
  const events = Array.from({ length: count }, (_, index) => incoming(event(`event-${index}`)))
  await store.ingest({ events, destinations })
  await store.close()
  return cwd
}

/** How many rows a move has brought so far. */
async function rowsIn(url: string, cwd: string): Promise<number> {
  const { tables } = await postgresContents(url, sqliteContents(join(cwd, 'data/relay.db')))
  return Object.values(tables).reduce((sum, rows) => sum + rows.length, 0)
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

  test('--from … --to … moves a store, tells how far it is, and prints the counts of both', async () => {
    const cwd = await folderWithStore(100)
    const url = await databases.create()
    const { stdout, stderr, exitCode } = await runCommand(['migrate', '--from', 'sqlite:./data/relay.db', '--to', url], { cwd })
    const before = sqliteContents(join(cwd, 'data/relay.db'))
    const counts = Object.entries(before.tables).flatMap(([table, { length }]) =>
      length === 0 ? [] : [[table, length] as const],
    )
    const total = counts.reduce((sum, [, count]) => sum + count, 0)
    const width = Math.max(...Object.keys(before.tables).map((table) => table.length))
    expect(Object.fromEntries(counts)).toMatchObject({ events: 100, deliveries: 200 })
    expect(stdout.split('\n')).toEqual([
      ...counts.map(([table, count]) => `${table.padEnd(width)}  ${count} in the old store, ${count} in the new one`),
      `Moved: ${total} rows were copied in this run, and the counts are the same. Start the relays with the new RELAY_STORE. The old store is as it was.`,
      '',
    ])
    expect(stderr.split('\n').slice(-2)).toEqual([`${total} of ${total} rows (100 %)`, ''])
    expect(exitCode).toBe(0)
    expect(await postgresContents(url, before)).toEqual(before)
  })

  test('--from shows a person a bar', async () => {
    const cwd = await folderWithStore()
    const line = ['migrate', '--from', 'sqlite:./data/relay.db', '--to', await databases.create()]
    const { stderr } = await runInProcess(line, { cwd, isTerminal: true })
    expect(stderr).toMatch(/#{10,} (\d+)\/\1 · rows/)
  })

  test('--from goes on where it was killed, and what was moved by then is not moved again', async () => {
    const cwd = await folderWithStore(2_500)
    const url = await databases.create()
    const line = ['migrate', '--from', 'sqlite:./data/relay.db', '--to', url, '--json']
    let before = 0
    for (const point of ['store_keys 1', 'events 2', 'deliveries 2']) {
      const held = await heldPart(url, point)
      onTestFinished(held.release)
      const running = startCommand(line, { cwd })
      await held.isReached()
      running.kill('SIGKILL')
      expect((await running.ended).exitCode).toBeNull()
      await held.release()
      const now = await rowsIn(url, cwd)
      expect(now, point).toBeGreaterThanOrEqual(before)
      before = now
    }
    expect(before).toBeGreaterThan(4_500)
    const { stdout, exitCode } = await runCommand(line, { cwd })
    expect(exitCode).toBe(0)
    const moved = movedAnswer.parse(JSON.parse(stdout))
    const total = moved.tables.reduce((sum, { source }) => sum + source, 0)
    expect(moved).toMatchObject({ isFinished: true, copied: total - before })
    const contents = sqliteContents(join(cwd, 'data/relay.db'))
    expect(await postgresContents(url, contents)).toEqual(contents)
  })

  test('what cannot be done is told in a sentence, without the password', async () => {
    const cwd = await folderWithStore()
    const refused = 'postgres://relay:p4ssw0rd@127.0.0.1:1/relay'
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['migrate'], 'migrate works on a PostgreSQL store: set RELAY_STORE'],
      [['migrate', '--to', refused], 'cannot be opened (ECONNREFUSED). Nothing listens at the host and port'],
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
