import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { openPool } from '../src/store/postgres/open-pool.ts'
import type { PostgresDatabase } from '../src/store/postgres/postgres-database.ts'
import { postgresDatabase } from '../src/store/postgres/postgres-database.ts'
import type { NetworkLink } from './chaos/support/network-link.ts'
import { startNetworkLink, throughLink } from './chaos/support/network-link.ts'
import { freePort } from './support/free-port.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { createVirtualClock } from './support/virtual-clock.ts'

const waiting = { timeout: 20_000, interval: 20 }
const size = 3
const restMs = 1_000

let databases: PostgresDatabases
let url: string
let link: NetworkLink
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())
beforeEach(async () => {
  url = await databases.create()
  link = await startNetworkLink(Number(new URL(url).port))
  return () => link.close()
})

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

const ofRelay = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'subtotal-relay'"
const sleeping = `SELECT 1 ${ofRelay} AND query LIKE '%pg_sleep%' AND state = 'active'`

/** Asks so many times at once; how many had an answer. */
async function answers(database: PostgresDatabase, count: number, sql = 'SELECT 1'): Promise<number> {
  const all = await Promise.allSettled(Array.from({ length: count }, () => database.value(sql)))
  return all.filter(({ status }) => status === 'fulfilled').length
}

test('when the server goes away one connection is tried for all who wait, and then one a second until it is back', async () => {
  const admin = await connect()
  const clock = createVirtualClock()
  const database = postgresDatabase(openPool({ url: throughLink(url, link), size }), clock)
  onTestFinished(() => database.close())
  const asleep = answers(database, 40, 'SELECT 1 FROM pg_sleep(300)')
  await vi.waitFor(async () => expect((await admin.query(sleeping)).rowCount).toBe(size), waiting)
  expect(link.connectedAt).toHaveLength(size)

  link.leadTo(await freePort())
  await admin.query(`SELECT pg_terminate_backend(pid, 10000) ${ofRelay}`)
  expect(await asleep).toBe(0)
  expect(link.connectedAt).toHaveLength(size + 1)
  for (let seconds = 1; seconds <= 3; seconds += 1) {
    expect(await answers(database, 20)).toBe(0)
    await clock.advance(restMs)
    expect(await answers(database, 20)).toBe(0)
    await vi.waitFor(() => expect(link.connectedAt).toHaveLength(size + 1 + seconds), waiting)
  }

  link.leadTo(Number(new URL(url).port))
  await vi.waitFor(async () => {
    await clock.advance(restMs)
    expect(await answers(database, 20)).toBe(20)
  }, waiting)
})

test('when connections are lost and the server is there, all who wait have new ones', async () => {
  const admin = await connect()
  const database = postgresDatabase(openPool({ url: throughLink(url, link), size }), createVirtualClock())
  onTestFinished(() => database.close())
  const asleep = answers(database, size, 'SELECT 1 FROM pg_sleep(300)')
  await vi.waitFor(async () => expect((await admin.query(sleeping)).rowCount).toBe(size), waiting)
  const others = answers(database, 40)
  await admin.query(`SELECT pg_terminate_backend(pid, 10000) ${ofRelay}`)
  expect(await asleep).toBe(0)
  expect(await others).toBe(40)
})

test('when the server has fewer connections than are asked for, those that are there serve all who wait', async () => {
  const admin = await connect()
  await admin.query("CREATE ROLE limited LOGIN PASSWORD 'limited' CONNECTION LIMIT 2")
  const limited = new URL(url)
  limited.username = 'limited'
  limited.password = 'limited'
  const clock = createVirtualClock()
  const database = postgresDatabase(openPool({ url: limited.href, size: 5 }), clock)
  onTestFinished(async () => {
    await database.close()
    await admin.query('DROP ROLE limited')
  })
  expect(await answers(database, 40, 'SELECT 1 FROM pg_sleep(0.01)')).toBe(40)
  await admin.query('ALTER ROLE limited CONNECTION LIMIT 5')
  await clock.advance(10_000)
  expect(await answers(database, 1)).toBe(1)
  const asleep = answers(database, 5, 'SELECT 1 FROM pg_sleep(300)')
  await vi.waitFor(async () => expect((await admin.query(sleeping)).rowCount).toBe(5), waiting)
  await admin.query(`SELECT pg_terminate_backend(pid, 10000) ${ofRelay}`)
  expect(await asleep).toBe(0)
})
