import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { newPerson } from '../src/erasure/person.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { IngestOutcome, Store } from '../src/store/store.ts'
import { destinations, purchase } from './store-suite/suite-harness.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'
import { withClient } from './support/with-client.ts'

const nobody = { id: null, email: null, mobile: null }

let databases: PostgresDatabases
let url: string
let one: Store
let other: Store
/** On a database of its own. */
let alone: Store
beforeAll(async () => {
  databases = await postgresDatabases()
  url = await databases.create()
  const open = (where: string) => openPostgresStore(where, systemClock, { time: 'caller', listenUrl: null })
  one = await open(url)
  other = await open(url)
  alone = await open(await databases.create())
})
afterAll(async () => {
  await Promise.all([one.close(), other.close(), alone.close()])
  await databases.stop()
})

function post(store: Store, events: readonly SubtotalEvent[]): Promise<readonly IngestOutcome[]> {
  return store.ingest({ events: events.map((event) => incoming(event)), destinations })
}

function inGroups<Item>(items: readonly Item[], sizes: readonly number[]): readonly (readonly Item[])[] {
  const groups: Item[][] = []
  let rest = items
  for (let index = 0; rest.length > 0; index += 1) {
    const size = sizes[index % sizes.length] ?? 1
    groups.push(rest.slice(0, size))
    rest = rest.slice(size)
  }
  return groups
}

async function pendingAt(store: Store, destination: string): Promise<number> {
  const { destinations: all } = await store.stats()
  return all.find((each) => each.destination === destination)?.counts.pending ?? 0
}

describe('events that come to two relays at once', () => {
  const count = 200
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 })
  const places = Array.from({ length: count }, (_, index) => index)
  const order = fc.shuffledSubarray(places, { minLength: count })
  let runs = 0

  test('each is stored once, with one delivery for each destination, and both relays answer for it', async () => {
    await fc.assert(
      fc.asyncProperty(order, order, sizes, sizes, async (ones, others, oneSizes, otherSizes) => {
        runs += 1
        const events = places.map((index) => {
          const id = `run-${runs}-event-${index}`
          const connection = { id: `run-${runs}-connection-${index % 20}` }
          return index % 2 === 0 ? { ...purchase(id, id), connection: { ...connection, retailer: null } } : made(id, connection)
        })
        const before = await one.stats()
        const pendingBefore = await pendingAt(one, 'klaviyo')
        const posted = [...postAll(one, events, ones, oneSizes), ...postAll(other, events, others, otherSizes)]
        const outcomes = (await Promise.all(posted)).flat()
        const stored = outcomes.filter(({ result }) => result === 'stored').map(({ eventId }) => eventId)
        const known = outcomes.filter(({ result }) => result === 'duplicate').map(({ eventId }) => eventId)
        expect([stored.length, known.length]).toEqual([count, count])
        expect(new Set(stored)).toEqual(new Set(events.map(({ id }) => id)))
        expect(new Set(known)).toEqual(new Set(stored))
        expect((await one.stats()).events - before.events).toBe(count)
        expect((await pendingAt(one, 'klaviyo')) - pendingBefore).toBe(count)
      }),
      { numRuns: 3 },
    )
  }, 60_000)

  function made(id: string, connection: { readonly id: string }): SubtotalEvent {
    return makeConnectionEvent('account.connected', { id, connection })
  }

  function postAll(store: Store, events: readonly SubtotalEvent[], indexes: readonly number[], groupSizes: readonly number[]) {
    const arranged = indexes.flatMap((index) => events[index] ?? [])
    return inGroups(arranged, groupSizes).map((group) => post(store, group))
  }

  test('purchases that come under other ids and connections, in opposite orders, get one id each', async () => {
    const numbers = Array.from({ length: 30 }, (_, index) => index)
    const sent = (name: string) =>
      numbers.map((number) => ({
        ...purchase(`${name}-${number}`, `shared-${number}`),
        connection: { id: `${name}-${number}`, retailer: null },
      }))
    const [ours, theirs] = await Promise.all([
      post(one, sent('here')),
      post(other, sent('there').toReversed()).then((outcomes) => outcomes.toReversed()),
    ])
    expect(theirs.map(({ eventId }) => eventId)).toEqual(ours.map(({ eventId }) => eventId))
    expect(
      ours.filter(({ result }) => result === 'stored').length + theirs.filter(({ result }) => result === 'stored').length,
    ).toBe(30)
  }, 30_000)

  test('another content of an event is kept once', async () => {
    await post(one, [purchase('first', 'changed')])
    const { versions } = await one.stats()
    const outcomes = await Promise.all(
      [one, other, one, other].map((store, index) => {
        const again = { ...purchase(`again-${index}`, 'changed'), connection: { id: `again-${index}`, retailer: null } }
        return store.ingest({ events: [{ ...incoming(again), contentHash: 'another content' }], destinations })
      }),
    )
    expect(outcomes.flat().map(({ eventId }) => eventId)).toEqual(['first', 'first', 'first', 'first'])
    expect(outcomes.flat().filter(({ isNewVersion }) => isNewVersion)).toHaveLength(1)
    expect((await one.stats()).versions).toBe(versions + 1)
  })

  function quarantine(store: Store, reason: string, bodyHash: string) {
    return store.quarantine({ reason, fields: [], body: Buffer.from('{}'), bodyHash, signedAt: receivedAt, receivedAt })
  }

  test('a webhook that is not understood is quarantined once', async () => {
    const outcomes = await Promise.all([one, other, one, other].map((store) => quarantine(store, 'ERR_SAME', 'same')))
    expect(new Set(outcomes.map((outcome) => outcome?.id)).size).toBe(1)
    expect(outcomes.filter((outcome) => outcome?.isRepeat === false)).toHaveLength(1)
    const { items } = await one.listQuarantine({ limit: 1 })
    expect(items).toMatchObject([{ count: 4 }])
  })

  test('of the webhooks with a new reason one is the first', async () => {
    const reasons = Array.from({ length: 10 }, (_, index) => `ERR_NEW_${index}`)
    for (const reason of reasons) {
      const outcomes = await Promise.all(
        [one, other, one, other].map((store, index) => quarantine(store, reason, `${reason}-${index}`)),
      )
      expect(outcomes.filter((outcome) => outcome?.isFirstOfReason)).toHaveLength(1)
    }
  })

  test('what waits in quarantine is released once', async () => {
    const quarantined = await quarantine(one, 'ERR_LATER', 'released')
    const release = {
      id: quarantined?.id ?? '',
      event: incoming(made('released', { id: 'released' })),
      destinations,
      now: receivedAt,
    }
    const released = await Promise.all([one, other].map((store) => store.releaseQuarantined(release)))
    expect(released.map(({ result }) => result).toSorted()).toEqual(['missing', 'stored'])
  })
})

describe('what two relays learn of connections', () => {
  const kinds = ['account.connected', 'account.disconnected', 'connection.unauthenticated', 'purchase.created'] as const
  const said = fc.record({
    kind: fc.constantFrom(...kinds),
    connection: fc.integer({ min: 1, max: 2 }),
    minute: fc.integer({ min: 0, max: 30 }),
    customer: fc.record({
      id: fc.constantFrom(null, 'one', 'two'),
      email: fc.constantFrom(null, 'one@shoppers.example', 'two@shoppers.example'),
      mobile: fc.constantFrom(null, null, '+12025550100'),
    }),
    isOther: fc.boolean(),
  })
  const history = fc.array(said, { minLength: 2, maxLength: 12 })
  type Said = typeof said extends fc.Arbitrary<infer Value> ? Value : never
  let runs = 0

  function arriving(all: readonly Said[], run: number) {
    return all.map(({ kind, connection, minute, customer, isOther }, index) => {
      const common = { id: `said-${run}-${index}`, connection: { id: `said-${run}-${connection}`, retailer: null }, customer }
      const event =
        kind === 'purchase.created'
          ? makePurchaseEvent({ ...common, idempotencyKey: `purchase.created:${common.id}` })
          : makeConnectionEvent(kind, common)
      return { event: incoming(event, receivedAt - 3_600_000 + minute * 60_000), store: isOther ? other : one }
    })
  }

  async function statesIn(store: Store, run: number) {
    return [await store.connectionState(`said-${run}-1`), await store.connectionState(`said-${run}-2`)]
  }

  test('whichever relay each event comes to, it is judged and completed as if there were one', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (all) => {
        runs += 1
        for (const { event, store } of arriving(all, runs)) {
          const request = { events: [event], destinations }
          expect(await store.ingest(request)).toEqual(await alone.ingest(request))
          const kept = await store.findEvent(event.event.id)
          expect(kept?.event).toEqual((await alone.findEvent(event.event.id))?.event)
        }
        expect(await statesIn(one, runs)).toEqual(await statesIn(alone, runs))
      }),
      { numRuns: 15 },
    )
  }, 60_000)

  test('events that come to both at once leave the same known as one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (all) => {
        runs += 1
        const events = arriving(all, runs)
        await Promise.all(events.map(({ event, store }) => store.ingest({ events: [event], destinations })))
        for (const { event } of events) await alone.ingest({ events: [event], destinations })
        expect(await statesIn(other, runs)).toEqual(await statesIn(alone, runs))
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  test('an activation is told from a reauthentication by what the other relay stored', async () => {
    const activated = (id: string, minute: number) =>
      incoming(
        makeConnectionEvent('account.connected', { id, connection: { id: 'told', retailer: null }, customer: nobody }),
        receivedAt + minute * 60_000,
      )
    const types: (string | undefined)[] = []
    for (const [minute, store] of [one, other, one].entries()) {
      const [outcome] = await store.ingest({ events: [activated(`told-${minute}`, minute)], destinations })
      types.push(outcome?.eventType)
    }
    expect(types).toEqual(['account.connected', 'connection.reauthenticated', 'connection.reauthenticated'])
  })
})

describe('the lock of a connection', () => {
  test('is held by whoever waited for it, though it was forgotten meanwhile', async () => {
    const find = "SELECT FROM relay.connections WHERE connection_id = 'forgotten'"
    await withClient(url, async (client) => {
      await client.query("INSERT INTO relay.connections VALUES ('forgotten')")
      await client.query('BEGIN')
      await client.query(`${find} FOR UPDATE`)
      const posted = post(one, [{ ...purchase('kept', 'kept'), connection: { id: 'forgotten', retailer: null } }])
      await expect.poll(async () => (await client.query('SELECT FROM pg_locks WHERE NOT granted')).rowCount).toBe(1)
      await client.query("DELETE FROM relay.connections WHERE connection_id = 'forgotten'")
      await client.query('COMMIT')
      expect(await posted).toMatchObject([{ result: 'stored' }])
      expect((await client.query(find)).rowCount).toBe(1)
    })
  })
})

describe('events that come while a person is erased', () => {
  const lock = "SELECT pg_advisory_xact_lock(hashtextextended('relay.erasures', 0))"
  const waiting = "SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

  test('nothing is stored between the look for who is dropped and the erasure that drops them', async () => {
    await withClient(url, async (client) => {
      await client.query('BEGIN')
      await client.query(lock)
      let isStored = false
      const posted = post(one, [purchase('erased-meanwhile', 'erased-meanwhile')]).then((outcomes) => {
        isStored = true
        return outcomes
      })
      await expect.poll(async () => (await client.query(waiting)).rows[0]?.count).toBe(1)
      expect(isStored).toBe(false)
      await client.query('COMMIT')
      expect(await posted).toMatchObject([{ result: 'stored' }])
    })
  })

  test('those of a person whose events are dropped are dropped by both relays, and leave no trace of their connection', async () => {
    const connection = { id: 'dropped', retailer: null }
    const customer = { id: 'dropped-customer', email: null, mobile: null }
    const person = newPerson({ kind: 'customer', value: customer.id })
    await one.addErasure({ at: receivedAt, actor: 'operator', person, isBlocking: true, through: 0 })
    const events = Array.from({ length: 20 }, (_, index) =>
      makeConnectionEvent('account.connected', { id: `dropped-${index}`, connection, customer }),
    )
    const outcomes = await Promise.all(events.map((event, index) => post(index % 2 === 0 ? one : other, [event])))
    expect(new Set(outcomes.flat().map(({ result }) => result))).toEqual(new Set(['ignored']))
    // By now the connection is theirs too.
    const silent = makeConnectionEvent('account.connected', { id: 'silent', connection, customer: nobody })
    expect(await post(other, [silent])).toMatchObject([{ result: 'ignored' }])
    const traces = await withClient(url, (client) =>
      client.query("SELECT FROM relay.connections WHERE connection_id = 'dropped'"),
    )
    expect(traces.rowCount).toBe(0)
  })
})
