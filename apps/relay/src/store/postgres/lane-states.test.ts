import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { PostgresDatabases } from '../../../test/support/postgres-databases.ts'
import { postgresDatabases } from '../../../test/support/postgres-databases.ts'
import { systemClock } from '../../clock/clock.ts'
import { lanePauses } from './lane-pauses.ts'
import { changeLaneVersion, readLaneState, writeLaneState } from './lane-states.ts'
import { openPool } from './open-pool.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { postgresDatabase } from './postgres-database.ts'
import type { SqlValue } from './sql-session.ts'

const braze = 'braze'

let databases: PostgresDatabases
let url: string
let database: PostgresDatabase
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())
beforeEach(async () => {
  url = await databases.create()
  database = postgresDatabase(openPool({ url }), systemClock)
  onTestFinished(() => database.close())
})

async function versionOf(destination: string): Promise<number> {
  return (await readLaneState(database, destination))?.version ?? 0
}

async function write(version: number, state: string): Promise<number | undefined> {
  return (await writeLaneState(database, braze, { version, state }))?.version
}

function rows(): Promise<readonly { readonly state: string }[]> {
  return database.rows('SELECT state FROM relay.lane_states')
}

test('of those that write a lane’s first state at once one does', async () => {
  const written = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((state) => write(0, state)))
  expect(written.filter((version) => version !== undefined)).toHaveLength(1)
  expect(await rows()).toHaveLength(1)
  expect(await write(0, 'late')).toBeUndefined()
})

test('every change builds on the one before, however many come at once and whoever pauses the lane meanwhile', async () => {
  await write(0, '0')
  const pauses = lanePauses(database)
  async function add(): Promise<void> {
    for (;;) {
      const lane = await readLaneState(database, braze)
      if ((await write(lane?.version ?? 0, String(Number(lane?.state) + 1))) !== undefined) return
    }
  }
  async function pauseAndResume(): Promise<void> {
    for (let time = 0; time < 5; time++) {
      const before = await versionOf(braze)
      await pauses.pause({ destination: braze, pausedAt: time, reason: 'test' })
      expect(await write(before, 'written by whoever knows nothing of the pause')).toBeUndefined()
      await pauses.resume(braze)
    }
  }
  await Promise.all([...Array.from({ length: 100 }, add), pauseAndResume()])
  expect(await rows()).toEqual([{ state: '100' }])
})

test('costs the same however many of them PostgreSQL could not clean up', async () => {
  await write(0, 'first')
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  onTestFinished(() => other.end())
  await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM relay.events')

  let blocks = 0
  async function explain(sql: string, values: readonly SqlValue[]): Promise<void> {
    const plan = await database.value<readonly [{ Plan: { 'Shared Hit Blocks': number } }]>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
      ...values,
    )
    blocks += plan?.[0].Plan['Shared Hit Blocks'] ?? 0
  }
  const explained: PostgresDatabase = {
    ...database,
    row: (sql, ...values) => explain(sql, values).then(() => undefined),
    run: (sql, ...values) => explain(sql, values).then(() => 1),
  }
  async function cost(): Promise<number> {
    blocks = 0
    await readLaneState(explained, braze)
    await writeLaneState(explained, braze, { version: await versionOf(braze), state: 'explained' })
    await changeLaneVersion(explained, braze)
    return blocks
  }

  await database.run('ANALYZE relay.lane_states')
  const atFirst = await cost()
  let version = await versionOf(braze)
  for (let count = 0; count < 2_000; count++) version = (await write(version, 'x'.repeat(400))) ?? 0
  expect(await cost()).toBeLessThan(atFirst + 20)
})
