import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { openMoveSource } from '../src/store/move/move-source.ts'
import type { StoreMoved } from '../src/store/move/move-store.ts'
import { moveStore } from '../src/store/move/move-store.ts'
import { moveTarget } from '../src/store/move/move-target.ts'
import { openSchema } from '../src/store/postgres/open-schema.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import type { Store, StoreStats } from '../src/store/store.ts'
import { destinations, event, later, purchase, timeout } from './store-suite/suite-harness.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

let databases: PostgresDatabases
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())

const newStore = (url: string): Promise<Store> => openPostgresStore(url, systemClock, { time: 'caller', listenUrl: null })

/** What is told of the store's surroundings differs. */
async function countsOf(store: Store): Promise<Omit<StoreStats, 'heldBackMs'>> {
  const { heldBackMs: _, ...counts } = await store.stats()
  return counts
}

async function move(path: string, url: string): Promise<StoreMoved> {
  const database = await openSchema(url, systemClock)
  const source = openMoveSource(path, later)
  try {
    return await moveStore(source, moveTarget(database), () => undefined)
  } finally {
    source.close()
    await database.close()
  }
}

/** A store with events, versions, a dead letter, one delivered and one in flight, a quarantined webhook and a replay. */
async function fill(store: Store): Promise<void> {
  const events = [event('a'), event('b'), purchase('c', 'p1'), purchase('d', 'p2')]
  await store.ingest({ events: events.map((one) => incoming(one)), destinations })
  await store.ingest({ events: [incoming(purchase('c2', 'p1', '99.00'))], destinations })
  await store.quarantine({
    reason: 'ERR_UNKNOWN_EVENT_TYPE',
    fields: ['type'],
    body: Buffer.from([0, 255, 1]),
    bodyHash: 'h',
    signedAt: receivedAt,
    receivedAt,
  })
  const claim = { destination: 'braze', now: later, limit: 3, maxBytes: 1e9, leaseUntil: later + 60_000, leaseToken: 'mine' }
  const { deliveries } = await store.claim(claim)
  await store.settle({
    leaseToken: 'mine',
    now: later,
    settlements: [
      { deliveryId: deliveries[0]?.id ?? '', verdict: { status: 'delivered' } },
      {
        deliveryId: deliveries[1]?.id ?? '',
        verdict: { status: 'dead', failure: timeout, code: 'ERR_REJECTED', message: 'No.' },
      },
    ],
  })
  await store.audit({ at: later, actor: 'operator', action: 'test', subject: 'x' })
}

async function contentsOf(store: Store): Promise<unknown> {
  const page = { limit: 100 }
  return {
    stats: await countsOf(store),
    events: await store.listEvents({}, page),
    deliveries: await store.listDeliveries({}, page),
    one: await store.findEvent('a'),
    quarantine: await store.listQuarantine(page),
    audit: await store.listAudit(page),
    connection: await store.connectionState('connection-of-a'),
  }
}

describe('a store that is moved to PostgreSQL', () => {
  test('holds what it held, knows what comes again, and goes on with its numbers', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const url = await databases.create()
    const old = await openSqliteStore(path, receivedAt)
    await fill(old)
    await old.close()
    expect(await move(path, url)).toMatchObject({ isFinished: true })
    const before = await openSqliteStore(path, later)
    const expected = await contentsOf(before)
    await before.close()
    const moved = await newStore(url)
    expect(await contentsOf(moved)).toEqual(expected)
    expect(await moved.ingest({ events: [incoming(event('a'))], destinations })).toMatchObject([{ result: 'duplicate' }])
    expect(await moved.ingest({ events: [incoming(event('new'))], destinations })).toMatchObject([{ result: 'stored' }])
    await moved.close()
  })

  test('is copied while a relay runs on it, and then only what has changed', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const url = await databases.create()
    const old = await openSqliteStore(path, receivedAt)
    const many = Array.from({ length: 5_000 }, (_, index) => incoming(event(`e${index}`)))
    await old.ingest({ events: many, destinations })
    const first = await move(path, url)
    expect(first.isFinished).toBe(false)
    await expect(newStore(url)).rejects.toThrow('is being moved')
    await fill(old)
    await old.close()
    const last = await move(path, url)
    expect(last.isFinished).toBe(true)
    expect(last.copied).toBeLessThan(first.copied / 2)
    const moved = await newStore(url)
    const again = await openSqliteStore(path, later)
    expect(await countsOf(moved)).toEqual(await countsOf(again))
    await again.close()
    await moved.close()
  })

  test('is not moved twice, nor onto another one, and is left as it was', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const other = join(temporaryFolder(), 'relay.db')
    const url = await databases.create()
    for (const one of [path, other]) await (await openSqliteStore(one, receivedAt)).close()
    await move(path, url)
    await expect(move(path, url)).rejects.toThrow('has all of this store already')
    await expect(move(other, url)).rejects.toThrow('holds the beginning of another store')
    expect(existsSync(path)).toBe(true)
  })

  test('is moved also when a replay, an import and an erasure went on between two runs', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const url = await databases.create()
    const old = await openSqliteStore(path, receivedAt)
    await fill(old)
    const selection = { kind: 'deliveries', filter: { status: 'dead' }, repeatDelivered: false } as const
    const through = await old.replayEnd('deliveries')
    await old.addReplay({ at: later, actor: 'operator', selection, through, planned: new Map([['braze', 1]]) })
    expect(await move(path, url)).toMatchObject({ isFinished: false })
    await old.advanceReplay({ destination: 'braze', limit: 10, now: later })
    await old.close()
    expect(await move(path, url)).toMatchObject({ isFinished: true })
  })

  test('a run that goes on when a later one has finished changes nothing any more', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const url = await databases.create()
    const old = await openSqliteStore(path, receivedAt)
    await fill(old)
    await old.close()
    const database = await openSchema(url, systemClock)
    const early = moveTarget(database)
    const source = openMoveSource(path, later)
    await early.begin(source.id)
    source.close()
    expect(await move(path, url)).toMatchObject({ isFinished: true })
    const table = { name: 'deliveries', key: ['id'] }
    await expect(early.replace(table, null, { number: 1, last: [1_000], hash: '' }, [])).rejects.toThrow('by a later run')
    await database.close()
    const moved = await newStore(url)
    expect((await moved.listDeliveries({}, { limit: 10 })).items).toHaveLength(8)
    await moved.close()
  })

  test('a relay that was started on the new store for a trial takes nothing while it is moved, and what it left is no hindrance', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const url = await databases.create()
    const old = await openSqliteStore(path, receivedAt)
    await fill(old)
    const trial = await newStore(url)
    await trial.countActivity([{ at: later, kind: 'unauthorized', count: 1 }])
    expect(await move(path, url)).toMatchObject({ isFinished: false })
    await expect(trial.ingest({ events: [incoming(event('new'))], destinations })).rejects.toThrow('is being moved')
    await old.close()
    await trial.close()
    expect(await move(path, url)).toMatchObject({ isFinished: true })
  })

  test('a database with events of its own is refused', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const url = await databases.create()
    await (await openSqliteStore(path, receivedAt)).close()
    const used = await newStore(url)
    await used.ingest({ events: [incoming(event('a'))], destinations })
    await used.close()
    await expect(move(path, url)).rejects.toThrow('has events of its own')
  })
})
