import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { planErasure } from '../src/operations/plan-erasure.ts'
import { openMoveSource } from '../src/store/move/move-source.ts'
import { moveTarget } from '../src/store/move/move-target.ts'
import { openSchema } from '../src/store/postgres/open-schema.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import type { Store, StoreStats } from '../src/store/store.ts'
import type { StoreSettings } from './store-suite/suite-harness.ts'
import { destinations, event, later, purchase, timeout } from './store-suite/suite-harness.ts'
import { filledKeys, filledOrder, fillSqliteStore } from './support/filled-store.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import { moveStoreOnce } from './support/move-store-once.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { postgresContents, sqliteContents } from './support/store-contents.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

let databases: PostgresDatabases
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())

const newStore = (url: string, settings: StoreSettings = {}): Promise<Store> =>
  openPostgresStore(url, systemClock, { time: 'caller', listenUrl: null, ...settings })

/** What is told of the store's surroundings differs. */
async function countsOf(store: Store): Promise<Omit<StoreStats, 'heldBackMs'>> {
  const { heldBackMs: _, ...counts } = await store.stats()
  return counts
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
    pauses: await store.lanePauses(),
    replays: await store.listReplays(page),
    imports: await store.listImports(page),
    refusals: await store.importRefusals('1'),
    erasures: await store.listErasures(page),
    rotations: await store.listRotations(page),
    waiting: await store.nextEnrichment(),
    deadLetters: await store.deadLetterCounts(),
    person: await store.findPersonId({ kind: 'email', value: 'alex@shoppers.example' }),
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
    await fillSqliteStore(path)
    const settings = { encryption: filledKeys, orderedDestinations: filledOrder }
    expect(await moveStoreOnce(path, url)).toMatchObject({ isFinished: true })
    for (const [name, rows] of Object.entries(sqliteContents(path).tables)) expect(rows, name).not.toEqual([])
    const before = await openSqliteStore(path, later, settings)
    const expected = await contentsOf(before)
    await before.close()
    const moved = await newStore(url, settings)
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
    const first = await moveStoreOnce(path, url)
    expect(first.isFinished).toBe(false)
    await expect(newStore(url)).rejects.toThrow('is being moved')
    await fill(old)
    await old.close()
    const last = await moveStoreOnce(path, url)
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
    await moveStoreOnce(path, url)
    await expect(moveStoreOnce(path, url)).rejects.toThrow('has all of this store already')
    await expect(moveStoreOnce(other, url)).rejects.toThrow('holds the beginning of another store')
    expect(existsSync(path)).toBe(true)
  })

  test('is moved also when a replay, an import and an erasure went on between two runs', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const url = await databases.create()
    const old = await openSqliteStore(path, receivedAt)
    await fill(old)
    const asked = { at: later, actor: 'operator' }
    const selection = { kind: 'deliveries', filter: { status: 'dead' }, repeatDelivered: false } as const
    const through = await old.replayEnd('deliveries')
    await old.addReplay({ ...asked, selection, through, planned: new Map([['braze', 1]]) })
    const { person } = await planErasure(old, { kind: 'customer', value: event('a').customer.id ?? '' })
    await old.addErasure({ ...asked, person, isBlocking: false, through: await old.replayEnd('events') })
    const settings = { isDryRun: false, isMissed: false, since: null, until: null, destinations: null }
    const source = { kind: 'connections', connectionIds: ['i1'] } as const
    await old.addImport({ ...asked, source, settings })
    expect(await moveStoreOnce(path, url)).toMatchObject({ isFinished: false })
    await old.advanceReplay({ destination: 'braze', limit: 10, now: later })
    // What is in flight is waited for.
    while ((await old.advanceErasures({ now: later + 120_000 })) !== undefined);
    const lease = { leaseToken: 'mine', leaseUntil: later }
    const { part } = await old.nextImportPart({ afterImport: '0', now: later, ...lease })
    const counts = { known: 0, found: 0, refusals: [] }
    const page = { importId: '1', partId: part?.id ?? 0, readFrom: null, cursor: 'p1', isLast: true, now: later, ...counts }
    await old.recordImportPage({ ...page, events: [incoming(purchase('imported', 'p9'))], destinations })
    await old.close()
    expect(await moveStoreOnce(path, url)).toMatchObject({ isFinished: true })
    const before = sqliteContents(path)
    expect(before.tables).toMatchObject({
      replay_parts: [{ finished_at: later }],
      erasures: [{ finished_at: expect.any(Number) }],
      imports: [{ finished_at: later }],
    })
    expect(await postgresContents(url, before)).toEqual(before)
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
    expect(await moveStoreOnce(path, url)).toMatchObject({ isFinished: true })
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
    expect(await moveStoreOnce(path, url)).toMatchObject({ isFinished: false })
    await expect(trial.ingest({ events: [incoming(event('new'))], destinations })).rejects.toThrow('is being moved')
    await old.close()
    await trial.close()
    expect(await moveStoreOnce(path, url)).toMatchObject({ isFinished: true })
  })

  test('a store whose index of persons was not made when its schema was changed is refused', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    await (await openSqliteStore(path, receivedAt)).close()
    const database = new Database(path)
    database.exec("UPDATE counters SET value = 0 WHERE name = 'people_indexed'")
    database.close()
    const url = await databases.create()
    await expect(moveStoreOnce(path, url)).rejects.toThrow(
      'has no index of persons yet. Start this version of the relay on it once',
    )
    await (await openSqliteStore(path, later)).close()
    expect(await moveStoreOnce(path, url)).toMatchObject({ isFinished: true })
  })

  test('a database with events of its own is refused', async () => {
    const path = join(temporaryFolder(), 'relay.db')
    const url = await databases.create()
    await (await openSqliteStore(path, receivedAt)).close()
    const used = await newStore(url)
    await used.ingest({ events: [incoming(event('a'))], destinations })
    await used.close()
    await expect(moveStoreOnce(path, url)).rejects.toThrow('has events of its own')
  })
})
