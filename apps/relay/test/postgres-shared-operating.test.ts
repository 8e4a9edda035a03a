import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Alerts } from '../src/alerts/start-alerts.ts'
import { startAlerts } from '../src/alerts/start-alerts.ts'
import type { Clock } from '../src/clock/clock.ts'
import { systemClock } from '../src/clock/clock.ts'
import { createRelayEvents } from '../src/observability/relay-events.ts'
import { openPool } from '../src/store/postgres/open-pool.ts'
import { postgresDatabase } from '../src/store/postgres/postgres-database.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { Store } from '../src/store/store.ts'
import { consoleClient } from './console/console-client.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { roundRobin } from './support/round-robin.ts'
import { startRelay } from './support/start-relay.ts'

const waiting = { timeout: 20_000, interval: 50 }
const minuteMs = 60_000

let databases: PostgresDatabases
let url: string
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())
beforeEach(async () => {
  url = await databases.create()
})

async function connect(connectionString = url): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

function open(clock: Clock = systemClock, storeUrl = url): Promise<Store> {
  return openPostgresStore(storeUrl, clock, { time: 'caller', listenUrl: null })
}

describe('what keeps the database from cleaning up', () => {
  async function openOne(storeUrl = url): Promise<Store> {
    const store = await open(systemClock, storeUrl)
    onTestFinished(() => store.close())
    return store
  }
  const heldBack = async (store: Store): Promise<number | null> => (await store.stats()).heldBackMs

  test.each([
    ['only reads', 'BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM relay.events'],
    ['has written', 'BEGIN; CREATE TABLE left_open ()'],
  ])('is told of a transaction that somebody left open and that %s, until it ends', async (_, statements) => {
    const store = await openOne()
    const other = await connect()
    await other.query(statements)
    await vi.waitFor(async () => expect(await heldBack(store)).toBeGreaterThan(1_000), waiting)
    await other.query('ROLLBACK')
    expect(await heldBack(store)).toBe(0)
  })

  test('a session that does nothing, or works in another database, holds nothing back', async () => {
    const store = await openOne()
    await connect()
    const other = await connect(await databases.create())
    await other.query('BEGIN')
    await other.query('SELECT pg_current_xact_id(), pg_sleep(1.1)')
    expect(await heldBack(store)).toBe(0)
  })

  test('is a metric and shown where it is known, and none of an SQLite store', async () => {
    const metric = /^relay_store_held_back_seconds (.*)$/m
    const relay = await startRelay({ store: url })
    const [, value] = metric.exec((await relay.get('/metrics')).text) ?? []
    expect(value).toBe('0')
    expect((await relay.get('/api/v1/stats')).json).toMatchObject({ heldBackSeconds: 0 })
    const fact = 'Cleaning up held back'
    expect((await relay.get('/console')).text).toContain(fact)
    const own = await startRelay()
    expect((await own.get('/metrics')).text).not.toMatch(metric)
    expect((await own.get('/api/v1/stats')).json).toMatchObject({ heldBackSeconds: null })
    expect((await own.get('/console')).text).not.toContain(fact)
  })

  test('is not known to a user who may not see what others do', async () => {
    const admin = await connect()
    const role = `operating_${Date.now()}`
    await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'only-for-tests'`)
    await admin.query(`GRANT USAGE ON SCHEMA relay TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA relay TO ${role}`)
    onTestFinished(async () => {
      await admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    })
    const asRole = new URL(url)
    asRole.username = role
    const store = await openOne(asRole.href)
    expect(await heldBack(store)).toBeNull()
    await admin.query(`GRANT pg_read_all_stats TO ${role}`)
    expect(await heldBack(store)).toBe(0)
  })
})

describe('alerts of several relays', () => {
  interface Receiver {
    readonly url: string
    readonly received: { readonly alert: string; readonly state: string }[]
    status: number
    /** Answers nothing. */
    isSilent: boolean
  }

  async function receiver(): Promise<Receiver> {
    const server = createServer(async (request, response) => {
      let text = ''
      for await (const chunk of request) text += chunk
      const { alert, state } = JSON.parse(text)
      receiving.received.push({ alert, state })
      if (!receiving.isSilent) response.writeHead(receiving.status).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const receiving: Receiver = { url: `http://127.0.0.1:${port}/`, received: [], status: 204, isSilent: false }
    return receiving
  }

  /** Relays that look when they are told to, by one clock. */
  async function relays(count: number, to: string) {
    let elapsed = 0
    const start = Date.now()
    return Promise.all(
      Array.from({ length: count }, async () => {
        let pending: (() => void) | undefined
        let armed = Promise.withResolvers<void>()
        const timers: Clock['setTimeout'] = (callback) => {
          pending = callback
          armed.resolve()
          return { cancel: () => undefined }
        }
        const clock: Clock = { now: () => start + elapsed, elapsed: () => elapsed, setTimeout: timers }
        const store = await open({ ...systemClock, now: clock.now })
        const events = createRelayEvents()
        const settings = { url: to, maxDueMs: 900_000 }
        const alerts: Alerts = startAlerts({ settings, events, clock, stats: () => store.stats(), ...sharingOf(store) })
        onTestFinished(async () => {
          alerts.stop()
          await store.close()
        })
        return {
          alerts,
          pass: (ms: number) => {
            elapsed += ms
          },
          set: (state: 'blocked' | 'running') => {
            const reason = state === 'blocked' ? 'No.' : null
            events.emit('lane:changed', {
              destination: 'braze',
              state,
              reason,
              code: 'ERR_CREDENTIALS',
              since: 0,
              until: null,
              rateFactor: 1,
            })
          },
          look(): Promise<void> {
            armed = Promise.withResolvers<void>()
            pending?.()
            return armed.promise
          },
        }
      }),
    )
  }

  const sharingOf = ({ sharing }: Store) => (sharing === undefined ? {} : { sharing })
  const raised = { alert: 'lane_blocked', state: 'raised' }
  const over = { alert: 'lane_blocked', state: 'over' }

  test('are told once, however many relays notice them, and their end once', async () => {
    const to = await receiver()
    const all = await relays(3, to.url)
    const lookAll = () => Promise.all(all.map((relay) => relay.look()))
    for (const relay of all) relay.set('blocked')
    await lookAll()
    await lookAll()
    expect(to.received).toEqual([raised])
    all[0]?.set('running')
    await lookAll()
    expect(to.received).toEqual([raised])
    for (const relay of all) relay.set('running')
    await lookAll()
    await lookAll()
    expect(to.received).toEqual([raised, over])
    all[1]?.set('blocked')
    await lookAll()
    expect(to.received).toEqual([raised, over, raised])
  })

  test('that were not taken are told by another relay', async () => {
    const to = await receiver()
    const [one, other] = await relays(2, to.url)
    to.status = 500
    one?.set('blocked')
    other?.set('blocked')
    await one?.look()
    to.status = 204
    await other?.look()
    await one?.look()
    expect(to.received).toEqual([raised, raised])
  })

  test('that a relay dies of telling are told by another one, a minute later', async () => {
    const to = await receiver()
    const [one, other] = await relays(2, to.url)
    to.isSilent = true
    one?.set('blocked')
    other?.set('blocked')
    void one?.look()
    await vi.waitFor(() => expect(to.received).toHaveLength(1), waiting)
    to.isSilent = false
    await other?.look()
    expect(to.received).toHaveLength(1)
    other?.pass(minuteMs)
    await other?.look()
    await other?.look()
    expect(to.received).toEqual([raised, raised])
  })

  test('that relays ask for at the same moment are one relay’s turn', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => open()))
    onTestFinished(async () => {
      await Promise.all(stores.map((store) => store.close()))
    })
    for (let count = 0; count < 10; count += 1) {
      const name = `lane_blocked ${count}`
      await stores[0]?.sharing?.claimAlert(name, 'raised')
      await stores[0]?.sharing?.endAlert(name, 'raised', false)
      const turns = await Promise.all(stores.map((store) => store.sharing?.claimAlert(name, 'raised')))
      expect(turns.filter((turn) => turn === 'post')).toHaveLength(1)
    }
  })

  test('are told also when the store is away', async () => {
    const to = await receiver()
    const [one] = await relays(1, to.url)
    await (await connect()).query('ALTER TABLE relay.alerts RENAME TO gone')
    one?.set('blocked')
    await one?.look()
    await one?.look()
    one?.set('running')
    await one?.look()
    expect(to.received).toEqual([raised, over])
  })
})

test('the statements of docs/operating.md can be run', async () => {
  const page = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8')
  const [, block = ''] = /```sql\n(SELECT .*?)```/s.exec(page) ?? []
  const [, sizes = ''] = /`(SELECT relname[^`]*)`/.exec(page) ?? []
  const client = await connect()
  const { rows } = await client.query(sizes)
  expect(rows).toContainEqual({ relname: 'deliveries', pg_size_pretty: expect.any(String) })
  const results = await client.query(block)
  expect(results).toHaveLength(3)
})

test('a connection that is lost in the middle of a transaction costs that transaction, and not the process', async () => {
  const database = postgresDatabase(openPool({ url }), systemClock)
  onTestFinished(() => database.close())
  const other = await connect()
  let tries = 0
  const lost = database.transaction(async (session) => {
    tries += 1
    const id = await session.value<number>('SELECT pg_backend_pid()')
    await other.query('SELECT pg_terminate_backend($1, 10000)', [id])
    await new Promise((resolve) => setImmediate(resolve))
    await session.run('SELECT 1')
  })
  await expect(lost).rejects.toThrow()
  expect(tries).toBe(1)
  expect(await database.value<number>('SELECT 1')).toBe(1)
})

test('a session of the console is one at every relay that has the same tokens, and so are its forms', async () => {
  const tokens = { adminToken: 'admin-token-of-the-tests' }
  const relays = [await startRelay({ store: url, ...tokens }), await startRelay({ store: url, ...tokens })]
  const balancer = await roundRobin(relays.map((relay) => relay.url))
  onTestFinished(() => balancer.close())
  const client = consoleClient(balancer.url)
  await client.login(tokens.adminToken)
  for (let count = 0; count < 3; count += 1) expect((await client.get('/console/destinations')).status).toBe(200)
  expect((await client.post('/console/destinations/scripted/pause', { reason: 'maintenance' })).status).toBe(303)
  expect((await client.post('/console/destinations/scripted/resume')).status).toBe(303)
})
