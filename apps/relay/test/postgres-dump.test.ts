import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Customer } from '@subtotal-connectors/core'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import type { Identity } from '../src/erasure/identity.ts'
import { planErasure } from '../src/operations/plan-erasure.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { Store, Verdict } from '../src/store/store.ts'
import { destinations, later, purchase, timeout, usualClaim } from './store-suite/suite-harness.ts'
import { dumpProblem } from './support/dump-tools.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const problem = await dumpProblem()
const page = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8')
const [, dump = '', restore = ''] = /`(pg_dump [^`]*)`.*`(pg_restore [^`]*)`/.exec(page) ?? []
const orderedDestinations = ['klaviyo']
const robin: Customer = { id: 'robin-1', email: 'robin@shoppers.example', mobile: null }
const kim: Customer = { id: 'kim-2', email: 'kim@shoppers.example', mobile: null }
const ofRobin: Identity = { kind: 'customer', value: 'robin-1' }
const pause = { destination: 'klaviyo', pausedAt: later, reason: 'maintenance' }
const operator = { at: later, actor: 'operator' }

/** What a schema is made of, but the values of its sequences. */
const schema = `SELECT concat_ws(' ', 'relation', c.oid::regclass, c.relkind, c.relpersistence, c.reloptions, t.reloptions) AS part
    FROM pg_class c LEFT JOIN pg_class t ON t.oid = c.reltoastrelid WHERE c.relnamespace = 'relay'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'column', attrelid::regclass, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
      attcollation::regcollation, (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum))
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE relnamespace = 'relay'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
    WHERE relnamespace = 'relay'::regnamespace
  UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'relay'::regnamespace
  UNION ALL SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
    WHERE relnamespace = 'relay'::regnamespace AND NOT tgisinternal
  UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'relay'::regnamespace
  ORDER BY 1`

/** Counted anew, as `stats` says it. */
const recount = `SELECT (SELECT count(*) FROM relay.events)::integer AS events,
    (SELECT count(*) FROM relay.event_versions)::integer AS versions,
    (SELECT count(*) FROM relay.quarantine)::integer AS quarantined,
    (SELECT jsonb_object_agg(destination, counts) FROM (
      SELECT destination, jsonb_build_object('pending', count(*) FILTER (WHERE status = 'pending'),
        'delivered', count(*) FILTER (WHERE status = 'delivered'), 'skipped', count(*) FILTER (WHERE status = 'skipped'),
        'dead', count(*) FILTER (WHERE status = 'dead')) AS counts
      FROM relay.deliveries GROUP BY destination) one) AS destinations`

const identities = `SELECT table_name AS name, column_name AS identity FROM information_schema.columns
  WHERE table_schema = 'relay' AND is_identity = 'YES'`

let databases: PostgresDatabases
let url: string

async function open(at: string): Promise<Store> {
  const store = await openPostgresStore(at, systemClock, { time: 'caller', listenUrl: null, orderedDestinations })
  onTestFinished(() => store.close())
  return store
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** A database with nothing in it. */
async function emptyDatabase(): Promise<string> {
  const made = await databases.create()
  await (await connect(made)).query('DROP SCHEMA relay CASCADE')
  return made
}

async function run(command: string, cwd: string, URL: string): Promise<void> {
  await promisify(execFile)('sh', ['-c', command], { cwd, env: { ...process.env, URL } })
}

function linked(id: string, customer: Customer): ReturnType<typeof incoming> {
  return incoming(makeConnectionEvent('account.connected', { id, customer, connection: { id: `of-${customer.id}` } }))
}

/** An event of somebody who has no other. */
const shopperLinked = (id: string) => linked(id, { id: `shopper-${id}`, email: null, mobile: null })

async function eraseRobin(store: Store): Promise<void> {
  const { person, through } = await planErasure(store, ofRobin)
  await store.addErasure({ ...operator, person, isBlocking: true, through })
  await untilNothing(() => store.advanceErasures({ now: later }))
}

async function replayDead(store: Store, destination: string, steps: number): Promise<void> {
  const filter = { status: 'dead', destination } as const
  const selection = { kind: 'deliveries', filter, repeatDelivered: false } as const
  const through = await store.replayEnd('deliveries')
  await store.addReplay({ ...operator, selection, through, planned: new Map([[destination, 2]]) })
  for (let step = 0; step < steps; step += 1) await store.advanceReplay({ destination, limit: 1, now: later })
}

async function untilNothing(step: () => Promise<unknown>): Promise<void> {
  for (let steps = 0; (await step()) !== undefined; steps += 1) if (steps > 1_000) throw new Error('It does not end.')
}

/** Something of everything, finished and under way. */
async function fill(store: Store): Promise<void> {
  const ids = Array.from({ length: 12 }, (_, index) => `e${index}`)
  await store.ingest({ events: [...ids.map((id) => shopperLinked(id)), incoming(purchase('p', 'p1'))], destinations })
  await store.ingest({ events: [incoming(purchase('again', 'p1', '99.00'))], destinations })
  await store.ingest({ events: [linked('robin-a', robin), linked('robin-b', robin)], destinations })
  await store.quarantine({
    reason: 'ERR_WEBHOOK_UNKNOWN_TYPE',
    fields: ['type'],
    body: Buffer.from([0, 255, 1]),
    bodyHash: 'hash',
    signedAt: receivedAt,
    receivedAt,
  })
  await eraseRobin(store)
  await store.ingest({ events: [linked('kim-a', kim), linked('kim-b', kim)], destinations })
  const dead: Verdict = { status: 'dead', failure: timeout, code: 'ERR_REJECTED', message: 'No.' }
  const verdicts: readonly Verdict[] = [
    { status: 'delivered' },
    { status: 'skipped', reason: 'filtered' },
    { status: 'retry', failure: timeout, dueAt: later + 5_000, isUnknown: true, isUnreadable: false },
    dead,
    dead,
  ]
  for (const destination of destinations) {
    const { deliveries } = await store.claim({ ...usualClaim, destination, limit: verdicts.length + 1 })
    const settlements = deliveries.flatMap(({ id }, index) => {
      const verdict = verdicts[index]
      return verdict === undefined ? [] : { deliveryId: id, verdict }
    })
    await store.settle({ leaseToken: usualClaim.leaseToken, now: later, settlements })
  }
  await replayDead(store, 'braze', 3)
  await replayDead(store, 'klaviyo', 1)
  await store.pauseLane(pause)
  for (const destination of destinations) await store.sharing?.writeLane(destination, { version: 0, state: 'learned' })
}

/** Ingests one event after the other until it is told to stop. */
function keepIngesting(store: Store) {
  const acknowledged: string[] = []
  let isOver = false
  async function go(): Promise<void> {
    for (let number = 0; !isOver; number += 1) {
      await store.ingest({ events: [shopperLinked(`live-${number}`)], destinations })
      acknowledged.push(`live-${number}`)
    }
  }
  const going = go()
  return {
    acknowledged,
    async end() {
      isOver = true
      await going
    },
  }
}

async function expectCounted(store: Store, client: pg.Client): Promise<void> {
  const { events, versions, quarantined, destinations: counted } = await store.stats()
  const byDestination = Object.fromEntries(counted.map(({ destination, counts }) => [destination, counts]))
  const { rows } = await client.query<Record<string, unknown>>(recount)
  expect({ events, versions, quarantined, destinations: byDestination }).toEqual(rows[0])
}

/** Claims and delivers until nothing is due; the events' ids, in order. */
async function deliverAll(store: Store, destination: string): Promise<readonly string[]> {
  const now = usualClaim.leaseUntil + 60_000
  const ids: string[] = []
  for (let isFull = true; isFull; ) {
    const claim = { ...usualClaim, destination, now, leaseUntil: now + 60_000, leaseToken: 'restored' }
    const { deliveries } = await store.claim(claim)
    isFull = deliveries.length > 0
    ids.push(...deliveries.map((one) => one.event.id))
    const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' } as const }))
    await store.settle({ leaseToken: 'restored', now, settlements })
  }
  return ids
}

describe.skipIf(problem !== undefined)(`a dump${problem === undefined ? '' : ` (skipped: ${problem})`}`, () => {
  beforeAll(async () => {
    databases = await postgresDatabases()
  })
  afterAll(() => databases?.stop())
  beforeEach(async () => {
    url = await databases.create()
  })

  test('made as docs/operating.md says while events come in goes back into use in an empty database', async () => {
    const source = await open(url)
    await fill(source)
    const live = keepIngesting(await open(url))
    while (live.acknowledged.length < 20) await new Promise((resolve) => setImmediate(resolve))
    const before = [...live.acknowledged]
    const folder = temporaryFolder()
    await run(dump, folder, url)
    const during = live.acknowledged.length - before.length
    await live.end()
    expect(during).toBeGreaterThan(0)

    const restoredUrl = await emptyDatabase()
    await run(restore, folder, restoredUrl)
    const client = await connect(restoredUrl)
    expect((await client.query(schema)).rows).toEqual((await (await connect(url)).query(schema)).rows)
    const store = await open(restoredUrl)
    await expectCounted(store, client)
    const { rows: kept } = await client.query<{ event_id: string }>('SELECT event_id FROM relay.events')
    const keptIds = new Set(kept.map((row) => row.event_id))
    expect(before.filter((id) => !keptIds.has(id))).toEqual([])
    expect(keptIds.size).toBeLessThanOrEqual(15 + live.acknowledged.length)

    expect(await store.lanePauses()).toEqual([pause])
    // What was learned of the destinations then is not true any more.
    for (const destination of destinations) {
      expect(await store.sharing?.readLane(destination)).toMatchObject({ version: 0, state: null })
      expect(await store.sharing?.writeLane(destination, { version: 0, state: 'learned anew' })).toBeGreaterThan(0)
    }
    expect((await store.listReplays({ limit: 10 })).items).toMatchObject([
      { finishedAt: null, destinations: [{ destination: 'klaviyo', moved: 1 }] },
      { finishedAt: later, destinations: [{ destination: 'braze', moved: 2 }] },
    ])
    await untilNothing(() => store.advanceReplay({ destination: 'klaviyo', limit: 1, now: later }))
    expect(await store.findReplay('2')).toMatchObject({ finishedAt: later, destinations: [{ moved: 2 }] })
    await expectCounted(store, client)

    const { rows: pending } = await client.query<{ event_id: string; destination: string }>(
      `SELECT event_id, destination FROM relay.deliveries JOIN relay.events ON seq = event_seq
       WHERE status = 'pending' ORDER BY event_id COLLATE "C"`,
    )
    for (const destination of destinations) {
      const ids = await deliverAll(store, destination)
      expect(ids.toSorted()).toEqual(pending.flatMap((row) => (row.destination === destination ? row.event_id : [])))
      expect(ids.length).toBeGreaterThan(before.length)
      // The second one of a customer waits, and is woken by a trigger.
      if (orderedDestinations.includes(destination)) expect(ids.indexOf('kim-b')).toBeGreaterThan(ids.indexOf('kim-a'))
    }
    await expectCounted(store, client)

    for (const { name, identity } of (await client.query<{ name: string; identity: string }>(identities)).rows) {
      const { rows } = await client.query<{ isFree: boolean }>(
        `SELECT nextval(pg_get_serial_sequence('relay.${name}', '${identity}')) >
           (SELECT coalesce(max(${identity}), 0) FROM relay.${name}) AS "isFree"`,
      )
      expect(rows, name).toEqual([{ isFree: true }])
    }
    const again = { events: [linked('robin-a', robin), linked('robin-c', robin), shopperLinked('e0')], destinations }
    expect((await store.ingest(again)).map(({ result }) => result)).toEqual(['duplicate', 'ignored', 'duplicate'])
    expect(await store.ingest({ events: [shopperLinked('new')], destinations })).toMatchObject([{ result: 'stored' }])
    expect(await deliverAll(store, 'klaviyo')).toEqual(['new'])
    expect(await store.findErasure('1')).toMatchObject({ events: 2, finishedAt: later, isBlocking: true })
    await expectCounted(store, client)
  })

  test('that cannot be restored whole leaves the database empty, and goes into it without the rights of others', async () => {
    const admin = await connect(url)
    const reader = `${new URL(url).pathname.slice(1)}_reader`
    await admin.query(`CREATE ROLE ${reader}; GRANT USAGE ON SCHEMA relay TO ${reader}`)
    const folder = temporaryFolder()
    await run(dump, folder, url)
    await admin.query(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`)
    const restoredUrl = await emptyDatabase()
    await expect(run(restore, folder, restoredUrl)).rejects.toThrow(`role "${reader}" does not exist`)
    const client = await connect(restoredUrl)
    expect((await client.query("SELECT 1 FROM pg_namespace WHERE nspname = 'relay'")).rowCount).toBe(0)
    await run(restore.replace('pg_restore', 'pg_restore --no-privileges'), folder, restoredUrl)
    expect((await (await open(restoredUrl)).stats()).events).toBe(0)
  })
})
