import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { listenConnection } from '../src/store/postgres/listen-connection.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { Store } from '../src/store/store.ts'
import type { NetworkLink } from './chaos/support/network-link.ts'
import { startNetworkLink, throughLink } from './chaos/support/network-link.ts'
import { createPurchases } from './chaos/support/producer.ts'
import { destinations } from './store-suite/suite-harness.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { scriptedConnector } from './support/scripted-connector.ts'
import { startSilentLink } from './support/silent-link.ts'
import { startRelay } from './support/start-relay.ts'
import type { VirtualClock } from './support/virtual-clock.ts'
import { createVirtualClock } from './support/virtual-clock.ts'

const waiting = { timeout: 20_000, interval: 20 }
const limitMs = 5_000
const restMs = 1_000

let databases: PostgresDatabases
let url: string
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())
beforeEach(async () => {
  url = await databases.create()
})

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

async function startLink(): Promise<NetworkLink> {
  const link = await startNetworkLink(Number(new URL(url).port))
  onTestFinished(() => link.close())
  return link
}

async function openThrough(link: NetworkLink, clock: VirtualClock): Promise<Store> {
  const store = await openPostgresStore(throughLink(url, link), clock, { time: 'caller', listenUrl: null })
  onTestFinished(async () => {
    link.mend()
    await store.close()
  })
  return store
}

const store = (into: Store, id: string) =>
  into.ingest({ events: [incoming(makeConnectionEvent('account.connected', { id }))], destinations })

describe('a database of which nothing is heard any more', () => {
  test('storing is given up in time, then refused at once, and goes on when it is heard of again', async () => {
    const link = await startLink()
    const clock = createVirtualClock(receivedAt)
    const cutOff = await openThrough(link, clock)
    await store(cutOff, 'before')
    link.cut()
    const first = store(cutOff, 'one')
    const told = expect(first).rejects.toThrow('did not answer in time')
    await clock.advance(limitMs)
    await told
    const before = link.connectedAt.length
    for (let number = 0; number < 20; number += 1) await expect(store(cutOff, `refused-${number}`)).rejects.toThrow()
    await expect(cutOff.checkWrite()).rejects.toThrow()
    expect(link.connectedAt.length - before).toBeLessThanOrEqual(1)
    link.mend()
    await vi.waitFor(async () => {
      await clock.advance(restMs)
      await store(cutOff, 'one')
    }, waiting)
    expect(await store(cutOff, 'refused-1')).toMatchObject([{ result: 'stored' }])
  })

  test('no connection of before is used again', async () => {
    const link = await startSilentLink(url)
    const clock = createVirtualClock(receivedAt)
    const own = await openPostgresStore(link.url, clock, { time: 'caller', listenUrl: null })
    onTestFinished(() => own.close())
    // Each on a connection of its own.
    await Promise.all(['one', 'two', 'three', 'four'].map((id) => store(own, id)))
    link.forget()
    const told = expect(store(own, 'five')).rejects.toThrow('did not answer in time')
    await clock.advance(limitMs)
    await told
    await vi.waitFor(() => store(own, 'five'), { timeout: 4_000, interval: 20 })
  })

  test('everything that waits for it is told when it cannot be reached anew either', async () => {
    const link = await startLink()
    const clock = createVirtualClock(receivedAt)
    const cutOff = await openThrough(link, clock)
    await store(cutOff, 'before')
    link.cut()
    const startedAt = performance.now()
    const claiming = cutOff.claim({
      destination: 'braze',
      now: receivedAt,
      limit: 1,
      maxBytes: 1e9,
      leaseUntil: receivedAt + 60_000,
      leaseToken: 'mine',
    })
    const ended = expect(claiming).rejects.toThrow()
    const storing = expect(store(cutOff, 'one')).rejects.toThrow()
    await clock.advance(limitMs)
    await storing
    await ended
    // The time to connect, and not that of a statement.
    expect(performance.now() - startedAt).toBeLessThan(15_000)
  }, 40_000)

  test('what is stored after that is known when it comes again, and is delivered once', async () => {
    const client = await connect()
    await client.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock(77); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON relay.events DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION slow()`)
    const clock = createVirtualClock(receivedAt)
    const own = await openPostgresStore(url, clock, { time: 'caller', listenUrl: null })
    onTestFinished(() => own.close())
    // Its commit takes as long as this lock is held.
    await client.query('SELECT pg_advisory_lock(77)')
    const told = expect(store(own, 'one')).rejects.toThrow('did not answer in time')
    const committing = "SELECT 1 FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event = 'advisory'"
    await vi.waitFor(async () => expect((await client.query(committing)).rowCount).toBe(1), waiting)
    await clock.advance(limitMs)
    await told
    await client.query('SELECT pg_advisory_unlock(77)')
    await vi.waitFor(async () => {
      await clock.advance(restMs)
      expect(await store(own, 'one')).toMatchObject([{ result: 'duplicate', eventId: 'one' }])
    }, waiting)
    const { events, destinations: counted } = await own.stats()
    expect([events, ...counted.map(({ counts }) => counts.pending)]).toEqual([1, 1, 1])
  })
})

describe('a connection to listen', () => {
  const channel = 'tests'

  test('that nothing comes on any more is made again', async () => {
    const link = await startLink()
    const clock = createVirtualClock(receivedAt)
    const heard: string[] = []
    const listening = listenConnection({
      url: throughLink(url, link),
      channel,
      clock,
      onMessage: (message) => heard.push(message),
    })
    onTestFinished(() => listening.close())
    const client = await connect()
    const isHeard = (message: string) =>
      vi.waitFor(async () => {
        await client.query('SELECT pg_notify($1, $2)', [channel, message])
        expect(heard).toContain(message)
      }, waiting)
    await isHeard('at first')
    // An answer in time keeps it.
    await clock.advance(15_000)
    await isHeard('after a question')
    await clock.advance(15_000)
    await isHeard('after another one')
    expect(link.connectedAt).toHaveLength(1)
    link.cut()
    await clock.advance(15_000)
    await clock.advance(15_000)
    link.mend()
    await vi.waitFor(async () => {
      await clock.advance(1_000)
      expect(link.connectedAt.length).toBeGreaterThan(1)
    }, waiting)
    await isHeard('again')
  })

  test('that nothing comes on any more keeps nobody from stopping', async () => {
    const link = await startSilentLink(url)
    const clock = createVirtualClock(receivedAt)
    const heard: string[] = []
    const listening = listenConnection({ url: link.url, channel, clock, onMessage: (message) => heard.push(message) })
    const client = await connect()
    await vi.waitFor(async () => {
      await client.query('SELECT pg_notify($1, $2)', [channel, 'hello'])
      expect(heard).toContain('hello')
    }, waiting)
    const closed = listening.close()
    await clock.advance(1_000)
    await closed
  })
})

test('a stop ends the cleaning after an erasure, which is done by the next relay', async () => {
  const holder = await connect()
  const client = await connect()
  const vacuums =
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '/*%*/ VACUUM%' AND state = 'active'"
  const running = async (): Promise<number | null> => (await client.query(vacuums)).rowCount
  const relay = await startRelay({ store: url })
  await holder.query('BEGIN; LOCK TABLE relay.audit IN SHARE UPDATE EXCLUSIVE MODE')
  const asked = await relay.write('/api/v1/erasures', { customer: 'robin', dryRun: false, confirm: 'erase' })
  expect(asked.status).toBe(202)
  await vi.waitFor(async () => expect(await running()).toBe(1), waiting)
  await relay.stop()
  await vi.waitFor(async () => expect(await running()).toBe(0), waiting)
  expect(relay.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
  await holder.query('COMMIT')
  const next = await startRelay({ store: url })
  await vi.waitFor(async () => expect((await next.get('/api/v1/erasures/1')).json['status']).toBe('finished'), waiting)
}, 40_000)

test('a stop ends although the database does not answer', async () => {
  const clock = createVirtualClock(receivedAt)
  const scripted = scriptedConnector()
  scripted.hold()
  const relay = await startRelay({ store: url, destinations: { scripted } }, { clock, now: clock.now })
  const webhook = createPurchases(1, clock.now)()
  expect((await relay.post(webhook.body)).status).toBe(202)
  await vi.waitFor(async () => {
    await clock.advance(100)
    expect(scripted.calls).toHaveLength(1)
  }, waiting)
  const client = await connect()
  await client.query('BEGIN; LOCK TABLE relay.deliveries')
  scripted.release()
  const blocked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
  await vi.waitFor(async () => expect((await client.query(blocked)).rowCount).toBeGreaterThan(0), waiting)
  let isStopped = false
  const stopped = relay.stop().then(() => {
    isStopped = true
  })
  await clock.advance(25_000)
  expect(isStopped).toBe(false)
  await clock.advance(5_000)
  await stopped
}, 15_000)
