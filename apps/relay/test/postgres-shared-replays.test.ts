import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import type { ReplaySelection, ReplayStep } from '../src/store/operations-store.ts'
import type { Store, Verdict } from '../src/store/store.ts'
import { event, later, timeout } from './store-suite/suite-harness.ts'
import { identityWorld, unidentified } from './support/identity-world.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import { sharedStores } from './support/shared-stores.ts'

const destinations = ['braze', 'klaviyo']
const dead: Verdict = { status: 'dead', failure: timeout, code: 'ERR_REJECTED', message: 'No.' }
const ofDead: ReplaySelection = { kind: 'deliveries', filter: { status: 'dead' }, repeatDelivered: false }

const stores = sharedStores()

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stores.url })
  await client.connect()
  return client
}

/** Until somebody waits for a lock. */
async function untilSomebodyWaits(client: pg.Client): Promise<void> {
  const waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
  while ((await client.query(waiting)).rowCount === 0);
}

async function storeDead(count: number): Promise<void> {
  const events = Array.from({ length: count }, (_none, index) => incoming(event(`e${index}`)))
  await stores.one.ingest({ events, destinations })
  for (const destination of destinations) await attempt(stores.one, destination, dead)
}

/** Attempts what is due at a destination. */
async function attempt(store: Store, destination: string, verdict: Verdict, now = later): Promise<readonly string[]> {
  const { deliveries } = await claim(store, destination, 'mine', now)
  const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict }))
  await store.settle({ leaseToken: 'mine', now, settlements })
  return deliveries.map(({ id }) => id)
}

function claim(store: Store, destination: string, leaseToken: string, now = later) {
  return store.claim({ destination, now, limit: 1_000, maxBytes: 1e9, leaseUntil: now + 60_000, leaseToken })
}

async function add(store: Store, planned: readonly (readonly [string, number])[], selection = ofDead) {
  const through = await store.replayEnd(selection.kind)
  return store.addReplay({ at: later, actor: 'operator', selection, through, planned: new Map(planned), newestBefore: '0' })
}

/** Until nothing is left; what was done. */
async function advanceAll(store: Store, destination: string, limit: number): Promise<readonly ReplayStep[]> {
  const steps: ReplayStep[] = []
  for (;;) {
    const step = await store.advanceReplay({ destination, limit, now: later })
    if (step === undefined) return steps
    if (step !== 'busy') steps.push(step)
  }
}

async function countsOf(destination: string) {
  return (await stores.one.stats()).destinations.find((counts) => counts.destination === destination)?.counts
}

describe('replays that two relays advance at once', () => {
  test('make each delivery due once, count it once, and end once', async () => {
    await storeDead(60)
    await add(stores.one, [
      ['braze', 60],
      ['klaviyo', 60],
    ])
    await add(stores.other, [['new', 60]], { kind: 'events', filter: {}, destinations: ['new'], repeatDelivered: false })
    const all = [...destinations, 'new'].flatMap((destination) => [
      advanceAll(stores.one, destination, 7),
      advanceAll(stores.other, destination, 7),
    ])
    const steps = (await Promise.all(all)).flat()
    const moved = steps.flatMap((step) => step.deliveryIds)
    expect([moved.length, new Set(moved).size]).toEqual([180, 180])
    const finished = steps.filter((step) => step.isFinished)
    expect(finished.map((step) => step.replayId).toSorted()).toEqual(['1', '2'])
    for (const destination of [...destinations, 'new']) {
      expect(await countsOf(destination)).toMatchObject({ pending: 60, dead: 0 })
    }
    const { items } = await stores.other.listReplays({ limit: 9 })
    expect(items.flatMap((replay) => replay.destinations.map((part) => part.moved))).toEqual([60, 60, 60])
  })

  test('end when the last of their destinations does, also if two end at the same moment', async () => {
    await storeDead(1)
    await add(stores.one, [
      ['braze', 1],
      ['klaviyo', 1],
    ])
    const client = await connect()
    const watcher = await connect()
    await client.query('BEGIN')
    await client.query("UPDATE relay.replay_parts SET finished_at = 1 WHERE destination = 'klaviyo'")
    await client.query('SELECT FROM relay.replays FOR UPDATE')
    const step = stores.one.advanceReplay({ destination: 'braze', limit: 5, now: later })
    await untilSomebodyWaits(watcher)
    await client.query('COMMIT')
    expect(await step).toMatchObject({ isFinished: true })
    expect(await stores.other.findReplay('1')).toMatchObject({ finishedAt: later })
    await Promise.all([client.end(), watcher.end()])
  })

  test('are one, when the same is asked for at both at once', async () => {
    await storeDead(1)
    const asked = [stores.one, stores.other, stores.one, stores.other].map((store) => add(store, [['braze', 1]]))
    const added = await Promise.all(asked)
    expect(added.map(({ isNew, replay }) => [isNew, replay.id]).toSorted()).toEqual([
      [false, '1'],
      [false, '1'],
      [false, '1'],
      [true, '1'],
    ])
  })

  test('are busy at a destination where another relay is at it, and nothing else', async () => {
    await storeDead(2)
    await add(stores.one, [
      ['braze', 2],
      ['klaviyo', 2],
    ])
    const client = await connect()
    await client.query("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('relay.replay:braze', 0))")
    expect(await stores.one.advanceReplay({ destination: 'braze', limit: 5, now: later })).toBe('busy')
    expect(await stores.one.advanceReplay({ destination: 'klaviyo', limit: 5, now: later })).toMatchObject({ isFinished: false })
    await client.end()
    expect((await advanceAll(stores.one, 'braze', 5)).map((step) => step.isFinished)).toEqual([true])
  })

  test('keep their pace by what all relays attempt', async () => {
    await storeDead(4)
    await add(stores.one, [['braze', 4]])
    const step = (store: Store, now = later) => store.advanceReplay({ destination: 'braze', limit: 2, now, restMs: 0 })
    await stores.one.ingest({ events: [incoming(event('before'))], destinations })
    expect(await step(stores.other), 'what was due before').toBe('busy')
    await attempt(stores.one, 'braze', { status: 'delivered' })
    expect(await step(stores.other)).toMatchObject({ deliveryIds: ['1', '3'] })
    expect(await step(stores.one), 'what the other made due').toBe('busy')
    const { deliveries } = await claim(stores.other, 'braze', 'theirs')
    expect(await step(stores.one), 'what the other attempts').toBe('busy')
    const retry: Verdict = { status: 'retry', failure: timeout, dueAt: later + 9_000, isUnknown: false, isUnreadable: false }
    const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: retry }))
    await stores.other.settle({ leaseToken: 'theirs', now: later, settlements })
    await stores.one.ingest({ events: [{ ...incoming(event('after')), receivedAt: later + 1 }], destinations })
    expect(await step(stores.one, later + 2), 'what is due since then does not keep it').toMatchObject({ isFinished: true })
  })

  test('rest after a step, whichever relay made it', async () => {
    const restMs = 1_000
    await storeDead(4)
    await add(stores.one, [['braze', 4]])
    const step = (store: Store, now: number) => store.advanceReplay({ destination: 'braze', limit: 2, now, restMs })
    expect(await step(stores.one, later + restMs)).toMatchObject({ deliveryIds: ['1', '3'] })
    await attempt(stores.one, 'braze', { status: 'delivered' }, later + restMs)
    expect(await step(stores.other, later + 2 * restMs - 1)).toBe('busy')
    expect(await step(stores.other, later + 2 * restMs)).toMatchObject({ isFinished: true })
  })

  test('make due by the clock of the database, whatever the relays’ clocks say', async () => {
    const hourMs = 3_600_000
    const fast = await stores.open('database')
    const slow = await stores.open('database')
    await fast.ingest({ events: [incoming(event('a'))], destinations })
    const ahead = Date.now() + hourMs
    await attempt(fast, 'braze', dead, ahead)
    await add(fast, [['braze', 1]])
    expect(await fast.advanceReplay({ destination: 'braze', limit: 5, now: ahead, restMs: 0 })).toMatchObject({
      deliveryIds: ['1'],
    })
    expect((await claim(slow, 'braze', 'slow', Date.now() - hourMs)).deliveries).toHaveLength(1)
    await Promise.all([fast.close(), slow.close()])
  })
})

describe('late identifiers that two relays look for at once', () => {
  const nobody = { id: null, email: null, mobile: null }
  const bought = (id: string, connectionId: string) =>
    makePurchaseEvent({
      id,
      idempotencyKey: `purchase.created:p-${id}`,
      customer: nobody,
      connection: { id: connectionId },
      purchase: { id: `p-${id}` },
    })
  const linked = (connectionId: string, email: string | null) =>
    makeConnectionEvent('account.connected', {
      id: `linked-${connectionId}-${email}`,
      customer: { id: `of-${connectionId}`, email, mobile: null },
      connection: { id: connectionId },
    })

  test('are found, however they come in between', async () => {
    const connections = Array.from({ length: 24 }, (_none, index) => `c${index}`)
    const letters = connections.flatMap((connection) =>
      [1, 2, 3].map((number) => incoming(bought(`${connection}-${number}`, connection))),
    )
    await stores.one.ingest({ events: letters, destinations })
    const worlds = [stores.one, stores.other].map((store) => identityWorld(() => store, { braze: 'email', klaviyo: 'id' }, later))
    const put = async (store: Store, email: (connection: string) => string | null, order: readonly string[]) => {
      for (const connection of order) {
        await store.ingest({ events: [incoming(linked(connection, email(connection)), receivedAt + 60_000)], destinations })
      }
    }
    await Promise.all([
      ...worlds.map((world) => world.settle()),
      put(stores.one, () => null, connections),
      put(stores.other, (connection) => `${connection}@shoppers.example`, connections.toReversed()),
    ])
    await worlds[0]?.settle()
    const purchases = worlds
      .flatMap((world) => world.arrived)
      .flatMap(({ destination, event: { id, type } }) => (type === 'purchase.created' ? `${id} ${destination}` : []))
    expect(purchases).toHaveLength(2 * letters.length)
    expect(new Set(purchases).size).toBe(purchases.length)
  })

  test('are at it one at a time', async () => {
    const client = await connect()
    await client.query("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('relay.identities', 0))")
    const request = { now: later, destinations }
    expect(await stores.one.advanceIdentities(request)).toEqual({ replays: [], hasMore: true, isBusy: true })
    await client.end()
    expect(await stores.one.advanceIdentities(request)).toEqual({ replays: [], hasMore: false })
  })

  test('count for what is being claimed at that moment without them', async () => {
    await stores.one.ingest({ events: [incoming(bought('a', 'c1'))], destinations })
    await attempt(stores.one, 'klaviyo', unidentified)
    await stores.one.advanceIdentities({ now: later, destinations })
    await stores.one.ingest({ events: [incoming(linked('c1', 'c1@shoppers.example'), receivedAt + 60_000)], destinations: [] })
    const client = await connect()
    const watcher = await connect()
    await client.query('BEGIN')
    await client.query(
      "UPDATE relay.deliveries SET lease_token = 'theirs', due_at = $1 WHERE destination = 'braze' AND event_seq = 1",
      [later + 60_000],
    )
    const step = stores.one.advanceIdentities({ now: later, destinations })
    await untilSomebodyWaits(watcher)
    await client.query('COMMIT')
    expect((await step).replays).toMatchObject([{ destination: 'klaviyo', planned: 1 }])
    await stores.other.settle({ leaseToken: 'theirs', now: later, settlements: [{ deliveryId: '1', verdict: unidentified }] })
    expect((await stores.one.advanceIdentities({ now: later, destinations })).replays).toMatchObject([
      { destination: 'braze', planned: 1 },
    ])
    await Promise.all([client.end(), watcher.end()])
  })

  test('are looked for anew where more becomes known while a step is at it', async () => {
    await stores.one.ingest({ events: ['a', 'b'].map((id) => incoming(bought(id, 'c1'))), destinations: ['klaviyo'] })
    await attempt(stores.one, 'klaviyo', unidentified)
    await stores.one.advanceIdentities({ now: later, destinations: [] })
    const client = await connect()
    const watcher = await connect()
    await client.query("INSERT INTO relay.identity_arrivals (connection_id, position) VALUES ('c1', 1)")
    await client.query('BEGIN')
    await client.query("SELECT FROM relay.connections WHERE connection_id = 'c1' FOR UPDATE")
    const step = stores.one.advanceIdentities({ now: later, destinations: [] })
    await untilSomebodyWaits(watcher)
    await client.query("UPDATE relay.identity_arrivals SET position = 0 WHERE connection_id = 'c1'")
    await client.query('COMMIT')
    expect(await step).toEqual({ replays: [], hasMore: true })
    expect(await stores.one.advanceIdentities({ now: later, destinations: [] })).toEqual({ replays: [], hasMore: false })
    await Promise.all([client.end(), watcher.end()])
  })
})
