import { makeConnectionEvent, makeProfileEvent } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts'
import type { PostgresStoreSettings } from '../src/store/postgres/store-context.ts'
import type { ClaimedDelivery, ClaimRequest, Store, Verdict } from '../src/store/store.ts'
import { event, later, timeout } from './store-suite/suite-harness.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import type { PostgresDatabases } from './support/postgres-databases.ts'
import { postgresDatabases } from './support/postgres-databases.ts'

const destination = 'braze'
const delivered: Verdict = { status: 'delivered' }
const usual = { destination, now: later, limit: 100, maxBytes: 1e9, leaseUntil: later + 60_000, leaseToken: 'mine' }

let databases: PostgresDatabases
const ended: (() => Promise<void>)[] = []
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end()
})
afterAll(() => databases.stop())

/** Stores on one new database, each as a relay of its own has it. */
async function open<const Names extends readonly string[]>(
  names: Names,
  settings: PostgresStoreSettings = {},
): Promise<{ readonly url: string; readonly stores: { readonly [Index in keyof Names]: Store } }> {
  const url = await databases.create()
  ended.push(() => databases.drop(url))
  const opened = Promise.all(
    names.map(async () => {
      const store = await openPostgresStore(url, systemClock, { time: 'caller', listenUrl: null, connections: 3, ...settings })
      ended.push(() => store.close())
      return store
    }),
  )
  return { url, stores: (await opened) as { readonly [Index in keyof Names]: Store } }
}

/** A connection that does by hand what another relay would be in the middle of. */
async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  ended.push(() => client.end())
  return client
}

const put = (store: Store, ...ids: readonly string[]) =>
  store.ingest({ events: ids.map((id) => incoming(event(id))), destinations: [destination] })
const claim = (store: Store, more: Partial<ClaimRequest> = {}) => store.claim({ ...usual, ...more })
const idsOf = (deliveries: readonly ClaimedDelivery[]) => deliveries.map((one) => one.event.id)
const settle = (store: Store, delivery: ClaimedDelivery | undefined, verdict: Verdict, leaseToken = 'mine') =>
  store.settle({ leaseToken, now: later, settlements: [{ deliveryId: delivery?.id ?? '', verdict }] })

describe('relays that claim from one store', () => {
  test('each delivery goes to exactly one of them', async () => {
    const { stores } = await open(['one', 'two', 'three'])
    let run = 0
    const limits = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 3, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(limits, fc.integer({ min: 0, max: 40 }), async (sizes, count) => {
        run += 1
        const ids = Array.from({ length: count }, (_, index) => `r${run}-${index}`)
        await put(stores[0], ...ids)
        const claimed = await Promise.all(
          stores.map(async (store, index) => {
            const got: string[] = []
            for (let isMore = true; isMore; ) {
              const { deliveries, isFull } = await claim(store, { limit: sizes[index] ?? 1, leaseToken: `token ${index}` })
              got.push(...idsOf(deliveries))
              isMore = isFull
            }
            return got
          }),
        )
        // What one of them skipped, as another one looked at it, is there at the next look.
        const left = idsOf((await claim(stores[0])).deliveries)
        const all = [...claimed.flat(), ...left]
        expect(all).toHaveLength(count)
        expect(new Set(all)).toEqual(new Set(ids))
      }),
      { numRuns: 8 },
    )
  })

  test('none waits for what another one looks at', async () => {
    const { url, stores } = await open(['one'])
    await put(stores[0], 'a', 'b')
    const other = await connect(url)
    await other.query('BEGIN; SELECT id FROM relay.deliveries ORDER BY id LIMIT 1 FOR UPDATE')
    expect(idsOf((await claim(stores[0])).deliveries)).toEqual(['b'])
    await other.query('ROLLBACK')
    expect(idsOf((await claim(stores[0])).deliveries)).toEqual(['a'])
  })

  test('what is held by one that is gone is taken over when its lease ends, and its late verdict counts no more', async () => {
    const { stores } = await open(['gone', 'other'])
    const [gone, other] = stores
    await put(gone, 'a')
    const [held] = (await claim(gone, { leaseToken: 'gone' })).deliveries
    expect((await claim(other, { now: later + 59_999 })).deliveries).toEqual([])
    const [taken] = (await claim(other, { now: later + 60_000, leaseUntil: later + 120_000 })).deliveries
    expect(taken?.event.id).toBe('a')
    await gone.renew({ deliveryIds: [held?.id ?? ''], leaseToken: 'gone', now: later + 60_000, leaseUntil: later + 999_000 })
    expect(await other.nextDueAt(destination)).toBe(later + 120_000)
    expect(await settle(gone, held, delivered, 'gone')).toEqual({ stale: 1 })
    expect(await settle(other, taken, delivered)).toEqual({ stale: 0 })
    expect((await gone.findEvent('a'))?.deliveries).toMatchObject([{ status: 'delivered', attempts: 1 }])
  })

  test('a lease that has ended is prolonged as long as nobody has taken over', async () => {
    const { stores } = await open(['slow', 'other'])
    const [slow, other] = stores
    await put(slow, 'a')
    const [held] = (await claim(slow)).deliveries
    await slow.renew({ deliveryIds: [held?.id ?? ''], leaseToken: 'mine', now: later + 90_000, leaseUntil: later + 150_000 })
    expect((await claim(other, { now: later + 149_999 })).deliveries).toEqual([])
    expect(await settle(slow, held, delivered)).toEqual({ stale: 0 })
  })

  test('a verdict that is recorded twice, as the first answer was lost, counts once', async () => {
    const { stores } = await open(['one'])
    await put(stores[0], 'a')
    const [held] = (await claim(stores[0])).deliveries
    const retry: Verdict = { status: 'retry', failure: timeout, dueAt: later, isUnknown: true, isUnreadable: false }
    const answers = await Promise.all([settle(stores[0], held, retry), settle(stores[0], held, retry)])
    expect(answers.map(({ stale }) => stale).toSorted()).toEqual([0, 1])
    expect((await claim(stores[0])).deliveries).toMatchObject([{ attempts: 1, unknownOutcomes: 1 }])
  })
})

describe('profiles of a connection that relays claim at once', () => {
  const profile = (id: string) => makeProfileEvent('profile.updated', { id, connection: { id: 'c1' } })
  const putProfiles = (store: Store, ...ids: readonly string[]) =>
    store.ingest({
      events: ids.map((id) => incoming(profile(id), receivedAt - (id === 'old' ? 2_000 : 1_000))),
      destinations: [destination],
    })

  test('an older one is skipped although the claim of the newer one has not ended', async () => {
    const { url, stores } = await open(['one'])
    await putProfiles(stores[0], 'new', 'old')
    const other = await connect(url)
    const watcher = await connect(url)
    await other.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('relay.profiles:${destination}', 0));
      UPDATE relay.deliveries SET lease_token = 'other', due_at = ${later + 60_000}, profile_connection = 'c1',
        ordering_key = (SELECT order_key FROM relay.events WHERE seq = event_seq)
      WHERE event_seq = (SELECT seq FROM relay.events WHERE event_id = 'new')`)
    const claimed = claim(stores[0])
    await expect.poll(() => waiting(watcher), { timeout: 20_000 }).toBe(1)
    await other.query('COMMIT')
    const { deliveries, superseded } = await claimed
    expect([idsOf(deliveries), idsOf(superseded)]).toEqual([[], ['old']])
  })

  test('one that was held by a relay that is gone may have arrived, whatever becomes of it', async () => {
    const { stores } = await open(['gone', 'other'])
    const [gone, other] = stores
    await putProfiles(gone, 'new')
    await claim(gone, { leaseToken: 'gone' })
    const [taken] = (await claim(other, { now: later + 60_000, leaseUntil: later + 120_000 })).deliveries
    await settle(other, taken, { status: 'held', dueAt: later + 200_000, code: null, message: null })
    await putProfiles(other, 'old')
    const { deliveries, superseded } = await claim(other)
    expect([idsOf(deliveries), idsOf(superseded)]).toEqual([[], ['old']])
  })
})

async function waiting(client: pg.Client): Promise<number> {
  const { rows } = await client.query("SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
  return rows[0]?.count ?? 0
}

describe('relays that keep the order of customers', () => {
  const customers = ['robin', 'alex']
  const perCustomer = 6

  /** What a relay does next, with what it holds. `abandon`: as if it were killed. */
  type Step = 'take in' | 'claim' | 'deliver' | 'retry' | 'give back' | 'abandon'
  const steps = fc.array(
    fc.array(fc.constantFrom<Step>('take in', 'claim', 'take in', 'deliver', 'claim', 'retry', 'give back', 'abandon'), {
      maxLength: 18,
    }),
    { minLength: 3, maxLength: 3 },
  )

  test('one whose turn comes while it is claimed is not left waiting', async () => {
    const { url, stores } = await open(['one'], { orderedDestinations: [destination] })
    const [store] = stores
    const ofRobin = (id: string, at: number) =>
      incoming(makeConnectionEvent('account.connected', { id, customer: { id: 'robin', email: null, mobile: null } }), at)
    await store.ingest({
      events: [ofRobin('a', receivedAt - 2_000), ofRobin('b', receivedAt - 1_000)],
      destinations: [destination],
    })
    expect(idsOf((await claim(store, { limit: 1 })).deliveries)).toEqual(['a'])
    const other = await connect(url)
    const watcher = await connect(url)
    await other.query(`BEGIN; SELECT relay.lock_order('${destination}');
      UPDATE relay.deliveries SET status = 'delivered', lease_token = NULL WHERE lease_token IS NOT NULL`)
    const claimed = claim(store)
    await expect.poll(() => waiting(watcher), { timeout: 20_000 }).toBe(1)
    await other.query('COMMIT')
    expect(idsOf((await claimed).deliveries)).toEqual(['b'])
  })

  test('no event overtakes an earlier one of its customer, and none is left waiting', async () => {
    const { stores } = await open(['one', 'two', 'three'], { orderedDestinations: [destination] })
    let run = 0
    await fc.assert(
      fc.asyncProperty(steps, fc.shuffledSubarray([...Array(customers.length * perCustomer).keys()]), async (plans, arrivals) => {
        run += 1
        const world = orderWorld(stores, run, arrivals)
        await Promise.all(plans.map((plan, index) => world.play(index, plan)))
        expect(await world.finish()).toEqual([...arrivals].toSorted((one, other) => one - other))
        expect(world.faults).toEqual([])
      }),
      { numRuns: 12 },
    )
  })

  /** Events numbered in their customers' order; each number belongs to the customer of its remainder. */
  function orderWorld(stores: readonly Store[], run: number, arrivals: readonly number[]) {
    const faults: string[] = []
    const stored = new Set<number>()
    const done = new Set<number>()
    const inFlight = new Set<number>()
    const customerOf = (number: number) => `${customers[number % customers.length]}-${run}`
    const numberOf = ({ event: { id } }: ClaimedDelivery) => Number(id.split('-')[1])
    let now = later
    let tokens = 0
    const coming = [...arrivals]

    function check(number: number, before: ReadonlySet<number>): void {
      const same = (other: number) => customerOf(other) === customerOf(number)
      if ([...before].some((other) => same(other) && other < number && !done.has(other))) faults.push(`${number} overtook`)
      if ([...inFlight].some(same)) faults.push(`${number} at the same time as another one`)
      inFlight.add(number)
    }

    async function take(store: Store): Promise<{ readonly token: string; readonly held: readonly ClaimedDelivery[] }> {
      tokens += 1
      const token = `token ${run}-${tokens}`
      // What came in while the claim was under way need not have been seen by it.
      const before = new Set(stored)
      for (;;) {
        const { deliveries, isFull } = await claim(store, { now, leaseUntil: now + 60_000, leaseToken: token, limit: 2 })
        for (const one of deliveries) check(numberOf(one), before)
        if (deliveries.length > 0 || !isFull) return { token, held: deliveries }
      }
    }

    async function end(store: Store, token: string, held: readonly ClaimedDelivery[], verdict: Verdict): Promise<void> {
      for (const one of held) {
        inFlight.delete(numberOf(one))
        if (verdict.status === 'delivered') done.add(numberOf(one))
      }
      const settlements = held.map(({ id }) => ({ deliveryId: id, verdict }))
      const { stale } = await store.settle({ leaseToken: token, now, settlements })
      if (stale > 0) faults.push('a lease was lost')
    }

    async function takeIn(store: Store): Promise<void> {
      const number = coming.shift()
      if (number === undefined) return
      const customer = { id: customerOf(number), email: null, mobile: null }
      const one = makeConnectionEvent('account.connected', { id: `${run}-${number}`, connection: { id: customer.id }, customer })
      await store.ingest({ events: [incoming(one, receivedAt - 60_000 + number * 1_000)], destinations: [destination] })
      stored.add(number)
    }

    return {
      faults,
      async play(index: number, plan: readonly Step[]) {
        const store = stores[index]
        if (store === undefined) return
        let token = ''
        let held: readonly ClaimedDelivery[] = []
        for (const step of plan) {
          if (step === 'take in') await takeIn(store)
          if (step === 'claim' && held.length === 0) ({ token, held } = await take(store))
          if (step === 'take in' || step === 'claim') continue
          if (step === 'deliver') await end(store, token, held, delivered)
          if (step === 'give back')
            await end(store, token, held, { status: 'held', dueAt: receivedAt, code: null, message: null })
          if (step === 'retry') {
            await end(store, token, held, {
              status: 'retry',
              failure: timeout,
              dueAt: now,
              isUnknown: false,
              isUnreadable: false,
            })
          }
          held = []
        }
      },
      /** What was held is free when its lease has ended; then everything can be delivered. */
      async finish() {
        now += 60_000
        inFlight.clear()
        for (const store of stores) while (coming.length > 0) await takeIn(store)
        for (let isIdle = false; !isIdle; ) {
          isIdle = true
          for (const store of stores) {
            const { token, held } = await take(store)
            if (held.length > 0) isIdle = false
            await end(store, token, held, delivered)
          }
        }
        return [...done].toSorted((one, other) => one - other)
      },
    }
  }
})

describe('relays whose clocks differ', () => {
  const minutes = 5 * 60_000

  test.each([
    ['ahead', minutes],
    ['behind', -minutes],
  ])('one whose clock is %s holds its leases as long as the others', async (_name, difference) => {
    const { stores } = await open(['wrong', 'right'], { time: 'database' })
    const [wrong, right] = stores
    const shown = (): number => Date.now() + difference
    await wrong.ingest({ events: [{ ...incoming(event('a')), receivedAt: shown() }], destinations: [destination] })
    const lease = (now: number) => ({ now, leaseUntil: now + 60_000 })
    const [held] = (await claim(wrong, lease(shown()))).deliveries
    expect(held?.event.id).toBe('a')
    expect((await claim(right, lease(Date.now()))).deliveries).toEqual([])
    await wrong.renew({ deliveryIds: [held?.id ?? ''], leaseToken: 'mine', ...lease(shown()) })
    expect((await claim(right, lease(Date.now()))).deliveries).toEqual([])
    expect((await claim(wrong, lease(shown()))).deliveries).toEqual([])
    expect(await settle(wrong, held, delivered)).toEqual({ stale: 0 })
  })

  test.each([
    ['ahead', minutes],
    ['behind', -minutes],
  ])('one whose clock is %s tries again when it said, and is told by its own clock', async (_name, difference) => {
    const { stores } = await open(['wrong', 'right'], { time: 'database' })
    const [wrong, right] = stores
    const shown = (): number => Date.now() + difference
    await right.ingest({ events: [{ ...incoming(event('a')), receivedAt: Date.now() }], destinations: [destination] })
    const retryIn = async (ms: number): Promise<void> => {
      const [held] = (await claim(wrong, { now: shown(), leaseUntil: shown() + 60_000 })).deliveries
      const now = shown()
      const verdict: Verdict = { status: 'retry', failure: timeout, dueAt: now + ms, isUnknown: false, isUnreadable: false }
      await wrong.settle({ leaseToken: 'mine', now, settlements: [{ deliveryId: held?.id ?? '', verdict }] })
    }
    await retryIn(0)
    await retryIn(120_000)
    const dueIn = async (store: Store, clock: () => number) => ((await store.nextDueAt(destination, clock())) ?? 0) - clock()
    for (const ms of [await dueIn(wrong, shown), await dueIn(right, Date.now)]) {
      expect(ms).toBeGreaterThan(60_000)
      expect(ms).toBeLessThanOrEqual(120_000)
    }
    expect((await claim(wrong, { now: shown() })).deliveries).toEqual([])
    expect((await claim(right, { now: Date.now() })).deliveries).toEqual([])
  })
})
