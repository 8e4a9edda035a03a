import type { Customer, SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import type { EncryptionKeys } from '../src/encryption/encryption-keys.ts'
import { noEncryptionKeys } from '../src/encryption/encryption-keys.ts'
import { planErasure } from '../src/operations/plan-erasure.ts'
import { dayMs, defaultRetention } from '../src/retention/retention-settings.ts'
import type { ErasureRecord } from '../src/store/erasure-store.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { Store } from '../src/store/store.ts'
import { later } from './store-suite/suite-harness.ts'
import { testKeys } from './support/encryption-keys.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'

const destinations = ['braze', 'klaviyo']
const nobody: Customer = { id: null, email: null, mobile: null }
const robin: Customer = { id: 'robin-1', email: 'robin@shoppers.example', mobile: '+15555550111' }
const kim: Customer = { id: 'kim-2', email: 'kim@shoppers.example', mobile: '+15555550222' }
const byId = { kind: 'customer', value: 'robin-1' } as const
const monthLater = later + 40 * dayMs

let databases: PostgresDatabases
let url: string
let client: pg.Client
let stores: Store[]
let one: Store
let other: Store
let third: Store
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())
beforeEach(async () => {
  url = await databases.create()
  client = new pg.Client({ connectionString: url })
  await client.connect()
  stores = []
})
afterEach(async () => {
  await Promise.all([client.end(), ...stores.map((store) => store.close())])
  await databases.drop(url)
})

async function open(encryption: EncryptionKeys = noEncryptionKeys): Promise<Store> {
  const store = await openPostgresStore(url, systemClock, { time: 'caller', listenUrl: null, encryption })
  stores.push(store)
  return store
}

async function openThree(encryption?: EncryptionKeys): Promise<void> {
  one = await open(encryption)
  other = await open(encryption)
  third = await open(encryption)
}

function connected(id: string, connection: string, customer: Customer): SubtotalEvent {
  return makeConnectionEvent('account.connected', { id, customer, connection: { id: connection, retailer: 'walmart' } })
}

function bought(id: string, connection: string): SubtotalEvent {
  const key = `purchase.created:p-${id}`
  return makePurchaseEvent({
    id,
    idempotencyKey: key,
    customer: nobody,
    connection: { id: connection },
    purchase: { id: `p-${id}` },
  })
}

function put(store: Store, ...events: readonly SubtotalEvent[]) {
  return store.ingest({ events: events.map((event) => incoming(event)), destinations })
}

async function ask(store: Store, isBlocking: boolean): Promise<ErasureRecord> {
  const { person, through } = await planErasure(store, byId)
  return (await store.addErasure({ at: later, actor: 'operator', person, isBlocking, through })).erasure
}

/** Until nothing is left to erase; what this store finished. */
async function erase(store: Store): Promise<readonly string[]> {
  const finished: string[] = []
  for (;;) {
    const step = await store.advanceErasures({ now: later })
    if (step === undefined) return finished
    finished.push(...step.finished)
  }
}

/** One whole round, as far as this store takes its steps. */
async function retain(store: Store, now: number): Promise<number> {
  for (let payloads = 0; ; ) {
    const step = await store.retain({ now, settings: defaultRetention })
    payloads += step.payloads + step.ledger
    if (step.isEnd) return payloads
  }
}

async function rotate(store: Store): Promise<readonly string[]> {
  const finished: string[] = []
  for (;;) {
    const step = await store.advanceRotation({ now: later })
    if (step === undefined) return finished
    if (step.finished !== null) finished.push(step.finished)
  }
}

async function count(of: string): Promise<number> {
  const { rows } = await client.query<{ readonly count: string }>(`SELECT count(*) AS count FROM relay.${of}`)
  return Number(rows[0]?.count)
}

/** Every row of the store, as text. */
async function everything(): Promise<string> {
  const { rows: tables } = await client.query<{ readonly name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'relay' ORDER BY tablename",
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const { rows } = await client.query<{ readonly row: string }>(`SELECT t::text AS row FROM relay.${name} t`)
    texts.push(...rows.map(({ row }) => `${name} ${row}`))
  }
  return texts.join('\n')
}

async function expectCountsRight(): Promise<void> {
  const stats = await one.stats()
  expect(stats.events).toBe(await count('events'))
  expect(stats.versions).toBe(await count('event_versions'))
  for (const { destination, counts } of stats.destinations) {
    for (const [status, counted] of Object.entries(counts)) {
      expect(counted).toBe(await count(`deliveries WHERE destination = '${destination}' AND status = '${status}'`))
    }
  }
  for (const table of ['deliveries', 'event_versions', 'enrichments']) {
    expect(await count(`${table} t WHERE NOT EXISTS (SELECT FROM relay.events e WHERE e.seq = t.event_seq)`)).toBe(0)
  }
}

/** Until somebody waits for a lock. */
async function untilSomebodyWaits(): Promise<void> {
  const watch = new pg.Client({ connectionString: url })
  await watch.connect()
  const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
  while ((await watch.query(waiting)).rowCount === 0);
  await watch.end()
}

describe('an erasure by several relays at once', () => {
  beforeEach(() => openThree())

  test('leaves nothing of the person, whatever others store meanwhile, and is finished once', async () => {
    for (let index = 0; index < 8; index += 1) {
      await put(one, connected(`r${index}`, `robins-${index}`, robin), connected(`k${index}`, `kims-${index}`, kim))
      await put(other, ...Array.from({ length: 20 }, (_none, number) => bought(`rb${index}-${number}`, `robins-${index}`)))
      await put(third, bought(`kb${index}`, `kims-${index}`))
    }
    let isOver = false
    let serial = 0
    async function keepStoring(store: Store): Promise<void> {
      while (!isOver) {
        serial += 1
        const id = `n${serial}`
        const connection = serial % 2 === 0 ? `robins-${serial % 8}` : `robins-new-${serial}`
        const ofRobin = serial % 2 === 0 ? bought(id, connection) : connected(id, connection, robin)
        await put(store, ofRobin, connected(`k${id}`, `kims-new-${serial}`, kim), bought(`b${id}`, connection))
      }
    }
    const storing = [keepStoring(third), keepStoring(one)]
    await ask(one, true)
    const finished = await Promise.all([erase(one), erase(other)])
    isOver = true
    await Promise.all(storing)
    expect(finished.flat()).toEqual(['1'])
    const left = await everything()
    for (const trace of ['robin', '5550111', robin.email ?? '']) expect(left).not.toContain(trace)
    expect(await count("events WHERE customer_id = 'kim-2'")).toBeGreaterThan(16)
    expect(await count('events WHERE customer_id IS NULL')).toBe(0)
    await expectCountsRight()
  })

  test('waits for who is storing something when it is asked for, and erases that too', async () => {
    await put(one, connected('a', 'c1', kim))
    await client.query("BEGIN; SELECT pg_advisory_xact_lock_shared(hashtextextended('relay.erasures', 0))")
    await client.query(
      `INSERT INTO relay.events (event_id, idempotency_key, type, occurred_at, received_at, order_key, customer_id, connection_id, content_hash, body)
       VALUES ('late', 'late', 'account.connected', '', 0, '', 'robin-1', 'c9', '', '{}')`,
    )
    const erasing = ask(other, false).then(() => erase(other))
    await untilSomebodyWaits()
    await client.query('COMMIT')
    await erasing
    expect(await count("events WHERE customer_id = 'robin-1'")).toBe(0)
    expect(await one.findErasure('1')).toMatchObject({ events: 1, finishedAt: later })
  })

  test('is asked for twice at once: it is one', async () => {
    await put(one, connected('a', 'c1', robin))
    const asked = await Promise.all([ask(one, false), ask(other, true)])
    expect(asked.map(({ id }) => id)).toEqual(['1', '1'])
    expect(await third.findErasure('1')).toMatchObject({ isBlocking: true })
  })

  test('is not finished while somebody still reads what was there, and then the tables are cleaned', async () => {
    await put(one, connected('a', 'c1', robin))
    await ask(one, false)
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await client.query('SELECT 1 FROM relay.events')
    for (let isWaiting = false; !isWaiting; ) isWaiting = ((await one.advanceErasures({ now: later }))?.waitMs ?? 1_000) >= 1_000
    expect(await one.findErasure('1')).toMatchObject({ erasedAt: later, finishedAt: null })
    await client.query('COMMIT')
    expect(await erase(one)).toEqual(['1'])
    // PostgreSQL 14 counts a little later.
    await vi.waitFor(async () => {
      const { rows } = await client.query("SELECT vacuum_count::int AS times FROM pg_stat_user_tables WHERE relname = 'events'")
      expect(rows).toEqual([{ times: 1 }])
    })
  })
})

test('an erasure leaves nothing of the person in what the server has noted of the tables', async () => {
  const noted = async (text: string): Promise<number | null> => {
    const values = "concat(most_common_vals::text, ' ', histogram_bounds::text)"
    const columns = `SELECT tablename, attname FROM pg_stats WHERE schemaname = 'relay' AND strpos(${values}, $1) > 0`
    return (await client.query(columns, [text])).rowCount
  }
  await openThree()
  for (let index = 0; index < 8; index += 1) {
    await put(one, connected(`r${index}`, `robins-${index}`, robin), connected(`k${index}`, `kims-${index}`, kim))
  }
  await client.query('ANALYZE')
  expect(await noted('robin')).toBeGreaterThan(0)
  expect(await noted('@')).toBe(0)
  await ask(one, false)
  expect(await erase(other)).toEqual(['1'])
  expect(await noted('robin')).toBe(0)
  expect(await noted('kim')).toBeGreaterThan(0)
})

describe('retention by several relays at once', () => {
  beforeEach(() => openThree())

  test('removes each payload once, and never one of a delivery that a replay makes pending', async () => {
    const events = Array.from({ length: 120 }, (_none, index) => bought(`e${index}`, `c${index % 5}`))
    await put(one, ...events)
    for (const destination of destinations) {
      const lease = { leaseToken: 'mine', leaseUntil: later + 60_000 }
      const { deliveries } = await one.claim({ destination, now: later, limit: 1_000, maxBytes: 1e9, ...lease })
      const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' } as const }))
      await one.settle({ leaseToken: 'mine', now: later, settlements })
    }
    const selection = { kind: 'events', filter: {}, destinations: ['braze', 'new'], repeatDelivered: true } as const
    const planned = new Map([
      ['braze', 120],
      ['new', 120],
    ])
    await third.addReplay({ at: later, actor: 'operator', selection, through: 120, planned, newestBefore: '0' })
    async function replay(destination: string): Promise<void> {
      while ((await third.advanceReplay({ destination, limit: 7, now: monthLater })) !== undefined);
    }
    const [mine, others] = await Promise.all([retain(one, monthLater), retain(other, monthLater), replay('braze'), replay('new')])
    expect(mine + others).toBe(await count('events WHERE payload_deleted_at IS NOT NULL'))
    const pending = "EXISTS (SELECT FROM relay.deliveries d WHERE d.event_seq = e.seq AND d.status = 'pending')"
    expect(await count(`events e WHERE payload_deleted_at IS NOT NULL AND ${pending}`)).toBe(0)
    expect(await count(`events e WHERE payload_deleted_at IS NULL AND NOT ${pending}`)).toBe(0)
    await expectCountsRight()
  })

  test('of the ledger leaves no delivery without its event', async () => {
    const old = receivedAt - 500 * dayMs
    const events = Array.from({ length: 90 }, (_none, index) => ({
      ...incoming(bought(`e${index}`, `c${index}`)),
      receivedAt: old,
    }))
    await one.ingest({ events, destinations: ['braze'] })
    const lease = { leaseToken: 'mine', leaseUntil: later + 60_000 }
    const { deliveries } = await one.claim({ destination: 'braze', now: later, limit: 1_000, maxBytes: 1e9, ...lease })
    const settlements = deliveries.slice(0, 60).map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' } as const }))
    await one.settle({ leaseToken: 'mine', now: later, settlements })
    const selection = { kind: 'events', filter: {}, destinations: ['new'], repeatDelivered: true } as const
    await third.addReplay({
      at: later,
      actor: 'operator',
      selection,
      through: 90,
      planned: new Map([['new', 90]]),
      newestBefore: '0',
    })
    async function replay(): Promise<void> {
      while ((await third.advanceReplay({ destination: 'new', limit: 5, now: later })) !== undefined);
    }
    await Promise.all([retain(one, later), retain(other, later), replay()])
    expect(await count('events')).toBe(await count('events WHERE payload_deleted_at IS NULL'))
    expect(await count("deliveries WHERE status = 'pending'")).toBeGreaterThanOrEqual(30)
    await expectCountsRight()
  })
})

describe('a rotation by several relays at once', () => {
  test('reseals everything that others store meanwhile too, and is finished once', async () => {
    const before = await open(testKeys('one'))
    await put(
      before,
      ...Array.from({ length: 250 }, (_none, index) => bought(`e${index}`, `c${index % 9}`)),
      connected('k', 'c0', kim),
    )
    await before.close()
    await openThree(testKeys('two', 'one'))
    await one.addRotation({ at: later, actor: 'operator' })
    async function store(): Promise<void> {
      for (let serial = 0; serial < 20; serial += 1) await put(third, connected(`n${serial}`, `c${serial % 9}`, kim))
    }
    const [mine, others] = await Promise.all([rotate(one), rotate(other), store()])
    expect([...mine, ...others]).toEqual(['1'])
    const alone = await open(testKeys('two'))
    const { items } = await alone.listEvents({}, { limit: 500 })
    expect(items).toHaveLength(271)
    expect(items.every((item) => item.isReadable)).toBe(true)
    expect(await alone.connectionState('c0')).toMatchObject({ email: kim.email })
    expect(await everything()).not.toContain(`sealed:v1:${testKeys('one').sealing?.id}`)
  })

  test('is left alone by a relay with another key, which keeps that on record', async () => {
    const behind = await open(testKeys('one', 'two'))
    await put(behind, connected('a', 'c1', robin))
    const ahead = await open(testKeys('two', 'one'))
    await ahead.addRotation({ at: later, actor: 'operator' })
    expect(await behind.advanceRotation({ now: later })).toEqual({ finished: null, waitMs: 1_000 })
    expect(await rotate(ahead)).toEqual(['1'])
    await put(behind, connected('b', 'c2', kim))
    expect(await behind.advanceRotation({ now: later })).toBeUndefined()
    await expect(open(testKeys('two'))).rejects.toThrow(testKeys('one').sealing?.id)
    expect(await ahead.findEvent('b')).toMatchObject({ isReadable: true })
  })
})
