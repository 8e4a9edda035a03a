import { join } from 'node:path'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { movedTables } from '../src/store/move/moved-tables.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../src/store/store.ts'
import { destinations } from './store-suite/suite-harness.ts'
import { filledKeys, fillSqliteStore } from './support/filled-store.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import { moveStoreOnce } from './support/move-store-once.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { postgresContents, sqliteContents } from './support/store-contents.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { withClient } from './support/with-client.ts'

/** What is not moved, and why. */
const notMoved: Readonly<Record<string, string>> = {
  delivery_counts: 'the new store counts by itself what is moved to it',
  counters: 'the new store counts by itself; the others are about the file',
  ordered_destinations: 'it says what was arranged in the file, and a relay registers its own at its start',
}

let databases: PostgresDatabases
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())

interface SqliteTable {
  readonly name: string
  readonly sql: string
  readonly columns: readonly { readonly name: string /** Its place in the primary key, from 1. */; readonly pk: number }[]
}

/** The tables of the newest SQLite schema. */
async function sqliteTables(): Promise<readonly SqliteTable[]> {
  const path = join(temporaryFolder(), 'relay.db')
  await (await openSqliteStore(path, receivedAt)).close()
  const database = new Database(path, { readonly: true })
  const columnsOf = database.prepare<[string], SqliteTable['columns'][number]>('SELECT name, pk FROM pragma_table_info(?)')
  const tables = database
    .prepare<[], Omit<SqliteTable, 'columns'>>(
      "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .all()
    .map((table) => ({ ...table, columns: columnsOf.all(table.name) }))
  database.close()
  return tables
}

/** How much is remembered of each connection. */
async function connectionsIn(url: string): Promise<ReadonlyMap<string, number>> {
  const sql = 'SELECT connection_id AS id, count(*)::int AS count FROM relay.connection_history GROUP BY connection_id'
  const { rows } = await withClient(url, (client) => client.query<{ readonly id: string; readonly count: number }>(sql))
  return new Map(rows.map(({ id, count }) => [id, count]))
}

async function filledStore(): Promise<string> {
  const path = join(temporaryFolder(), 'relay.db')
  await fillSqliteStore(path)
  return path
}

describe('what a move moves', () => {
  test('is every table of the SQLite schema but those that are named here', async () => {
    const named = [...movedTables.map(({ name }) => name), ...Object.keys(notMoved)]
    expect(new Set(named)).toEqual(new Set((await sqliteTables()).map(({ name }) => name)))
  })

  test('is every column, along the primary key, and where numbers are given out the last one', async () => {
    const tables = new Map((await sqliteTables()).map((table) => [table.name, table]))
    await withClient(await databases.create(), async (client) => {
      for (const { name, key, left = [], identity } of movedTables) {
        const { sql = '', columns = [] } = tables.get(name) ?? {}
        const primary = columns.filter(({ pk }) => pk > 0).toSorted((one, other) => one.pk - other.pk)
        expect(key, name).toEqual(primary.map((column) => column.name))
        expect(identity, name).toBe(sql.includes('AUTOINCREMENT') ? key[0] : undefined)
        const { fields } = await client.query(`SELECT * FROM relay.${name}`)
        const moved = columns.map((column) => column.name).filter((column) => !left.includes(column))
        expect(
          fields.map((field) => field.name),
          name,
        ).toEqual(expect.arrayContaining(moved))
      }
    })
  })

  test('is every row of every table, as it was', async () => {
    const path = await filledStore()
    const url = await databases.create()
    const { tables } = await moveStoreOnce(path, url)
    const before = sqliteContents(path)
    for (const [name, rows] of Object.entries(before.tables)) expect(rows, name).not.toEqual([])
    expect(await postgresContents(url, before)).toEqual(before)
    expect(tables).toEqual(
      movedTables.map(({ name }) => ({ table: name, source: before.tables[name]?.length, target: before.tables[name]?.length })),
    )
  })
})

/** PostgreSQL's text holds no NUL: the store keeps another character for it, which sorts elsewhere. */
describe('ids with a NUL', () => {
  const connections = ['a', 'a\0', 'a\0b', 'a!', 'b', '\0', 'c\0', 'c', 'd', 'e', 'c\u2400d']
  const stored = connections.map((one) => one.replaceAll('\0', '\u2400'))

  function told(store: Store, type: 'account.connected' | 'account.disconnected'): Promise<unknown> {
    const events = connections.map((connection, index) => {
      const customer = { id: `of ${connection}`, email: `${index}@shoppers.example`, mobile: null }
      return makeConnectionEvent(type, { id: `${type} ${index}`, customer, connection: { id: connection } })
    })
    return store.ingest({ events: events.map((one) => incoming(one)), destinations })
  }

  test.each([1, 2, 3, 5])('are moved, %i at once, and again when they have changed', async (rowsAtOnce) => {
    const path = join(temporaryFolder(), 'relay.db')
    const url = await databases.create()
    const store = await openSqliteStore(path, receivedAt)
    await told(store, 'account.connected')
    expect(await moveStoreOnce(path, url, { rowsAtOnce })).toMatchObject({ isFinished: false })
    expect(await connectionsIn(url)).toEqual(new Map(stored.map((one) => [one, 1])))
    await told(store, 'account.disconnected')
    await store.close()
    expect(await moveStoreOnce(path, url, { rowsAtOnce })).toMatchObject({ isFinished: true })
    expect(await connectionsIn(url)).toEqual(new Map(stored.map((one) => [one, 2])))
  })
})

describe('a move whose counts differ', () => {
  const faults: readonly (readonly [string, string, string])[] = [
    [
      'a row is lacking',
      'DELETE FROM relay.attempts WHERE (delivery_id, number) IN (SELECT delivery_id, number FROM relay.attempts LIMIT 1)',
      'attempts',
    ],
    ['a table is empty', 'DELETE FROM relay.quarantine', 'quarantine'],
    ['a row is too many', "INSERT INTO relay.audit (id, at, actor, action, subject) VALUES (1000000, 1, 'x', 'y', 'z')", 'audit'],
  ]

  test.each(faults)('is refused when %s in the new store, and mended by another run', async (_, fault, table) => {
    const path = await filledStore()
    const url = await databases.create()
    const stop = new Error('Stop.')
    await expect(
      moveStoreOnce(path, url, {
        onProgress({ rows, total }) {
          if (rows === total) throw stop
        },
      }),
    ).rejects.toBe(stop)
    await withClient(url, (client) => client.query(fault))
    await expect(moveStoreOnce(path, url)).rejects.toThrow(`Not everything was moved: the counts differ for ${table} (`)
    const options = { time: 'caller', listenUrl: null, encryption: filledKeys } as const
    await expect(openPostgresStore(url, systemClock, options)).rejects.toThrow('is being moved')
    expect(await moveStoreOnce(path, url)).toMatchObject({ isFinished: true })
    const before = sqliteContents(path)
    expect(await postgresContents(url, before)).toEqual(before)
    await (await openPostgresStore(url, systemClock, options)).close()
  })
})
