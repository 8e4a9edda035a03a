import { join } from 'node:path'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planErasure } from '../src/operations/plan-erasure.ts'
import { defaultRetention } from '../src/retention/retention-settings.ts'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'
import type { Store, Verdict } from '../src/store/store.ts'
import { destinations, later, timeout, usualClaim } from './store-suite/suite-harness.ts'
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

const dayMs = 86_400_000
const mostSteps = 10_000

/** What happens to a store while it is moved. `who`: one of a few shoppers, of whom each has a connection. */
type Happening =
  | { readonly kind: 'event'; readonly ids: readonly number[]; readonly who: number }
  | { readonly kind: 'quarantined'; readonly ids: readonly number[] }
  | { readonly kind: 'released'; readonly id: number }
  | { readonly kind: 'attempted'; readonly destination: string; readonly limit: number; readonly status: Verdict['status'] }
  | { readonly kind: 'paused' | 'resumed'; readonly destination: string }
  | { readonly kind: 'erased'; readonly who: number }
  | { readonly kind: 'replayed'; readonly destination: string }
  | { readonly kind: 'retained' }
  | { readonly kind: 'moved'; readonly parts: number; readonly rowsAtOnce: number }

const id = fc.nat({ max: 30 })
const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 8 })
const who = fc.nat({ max: 3 })
const destination = fc.constantFrom(...destinations)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('event'), ids, who }) },
  fc.record({ kind: fc.constant('quarantined'), ids }),
  fc.record({ kind: fc.constant('released'), id }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('attempted'),
      destination,
      limit: fc.nat({ max: 12 }),
      status: fc.constantFrom('delivered', 'skipped', 'dead', 'retry'),
    }),
  },
  fc.record({ kind: fc.constantFrom('paused', 'resumed'), destination }),
  fc.record({ kind: fc.constant('erased'), who }),
  fc.record({ kind: fc.constant('replayed'), destination }),
  fc.record({ kind: fc.constant('retained') }),
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('moved'), parts: fc.nat({ max: 60 }), rowsAtOnce: fc.integer({ min: 1, max: 9 }) }),
  },
)

function verdictOf(status: Verdict['status']): Verdict {
  if (status === 'delivered') return { status }
  if (status === 'skipped') return { status, reason: 'filtered' }
  if (status === 'dead') return { status, failure: timeout, code: 'ERR_REJECTED', message: 'No.' }
  return { status: 'retry', failure: timeout, dueAt: later, isUnknown: true, isUnreadable: false }
}

async function attempt(store: Store, at: string, limit: number, status: Verdict['status']): Promise<void> {
  const { deliveries } = await store.claim({ ...usualClaim, destination: at, limit: limit + 1 })
  const settlements = deliveries.slice(0, limit).map((one) => ({ deliveryId: one.id, verdict: verdictOf(status) }))
  await store.settle({ leaseToken: usualClaim.leaseToken, now: later, settlements })
}

async function untilDone(step: () => Promise<boolean>): Promise<void> {
  for (let steps = 0; await step(); steps += 1) if (steps > mostSteps) throw new Error('It does not end.')
}

async function erase(store: Store, customer: string): Promise<void> {
  const { person, through } = await planErasure(store, { kind: 'customer', value: customer })
  await store.addErasure({ at: later, actor: 'operator', person, isBlocking: false, through })
  await untilDone(async () => (await store.advanceErasures({ now: later + dayMs })) !== undefined)
}

async function replay(store: Store, at: string): Promise<void> {
  const selection = { kind: 'deliveries', filter: { destination: at }, repeatDelivered: true } as const
  const through = await store.replayEnd('deliveries')
  await store.addReplay({ at: later, actor: 'operator', selection, through, planned: new Map([[at, 1]]) })
  await store.advanceReplay({ destination: at, limit: 5, now: later })
}

function ingest(store: Store, numbers: readonly number[], name: string): Promise<unknown> {
  const customer = { id: name, email: `${name}@shoppers.example`, mobile: null }
  const events = numbers.map((number) =>
    makeConnectionEvent('account.connected', {
      id: `event-${number}`,
      idempotencyKey: `key-${number}`,
      customer,
      connection: { id: `connection-of-${name}` },
    }),
  )
  return store.ingest({ events: events.map((one, index) => incoming(one, receivedAt + index)), destinations })
}

async function quarantine(store: Store, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    const body = Buffer.from([0, 255, number])
    const reason = 'ERR_WEBHOOK_UNKNOWN_TYPE'
    await store.quarantine({ reason, fields: [], body, bodyHash: `hash-${number}`, signedAt: receivedAt, receivedAt })
  }
}

/** A run that ends after so many parts, or has copied all there was. */
async function move(path: string, url: string, parts: number, rowsAtOnce: number): Promise<void> {
  const stop = new Error('Stop.')
  let done = 0
  const onProgress = () => {
    done += 1
    if (done > parts) throw stop
  }
  const moved = await moveStoreOnce(path, url, { rowsAtOnce, onProgress }).catch((error: unknown) => {
    if (error !== stop) throw error
  })
  expect(moved?.isFinished).not.toBe(true)
}

async function happen(one: Happening, store: Store, path: string, url: string): Promise<void> {
  switch (one.kind) {
    case 'event':
      return void (await ingest(store, one.ids, `shopper-${one.who}`))
    case 'quarantined':
      return quarantine(store, one.ids)
    case 'released':
      return void (await store.releaseQuarantined({ id: String(one.id), event: null, destinations, now: later }))
    case 'attempted':
      return attempt(store, one.destination, one.limit, one.status)
    case 'paused':
      return store.pauseLane({ destination: one.destination, pausedAt: later, reason: 'holidays' })
    case 'resumed':
      return store.resumeLane(one.destination)
    case 'erased':
      return erase(store, `shopper-${one.who}`)
    case 'replayed':
      return replay(store, one.destination)
    case 'retained':
      return untilDone(async () => !(await store.retain({ now: later + 500 * dayMs, settings: defaultRetention })).isEnd)
    case 'moved':
      return move(path, url, one.parts, one.rowsAtOnce)
    default:
      return one satisfies never
  }
}

test('whatever happens to a store between runs that are interrupted anywhere, the last one leaves all of it, row for row', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 10, maxLength: 40 }), async (happenings) => {
      const path = join(temporaryFolder(), 'relay.db')
      const url = await databases.create()
      const store = await openSqliteStore(path, receivedAt)
      try {
        for (const one of happenings) await happen(one, store, path, url)
      } finally {
        await store.close()
      }
      expect(await moveStoreOnce(path, url, { rowsAtOnce: 4 })).toMatchObject({ isFinished: true })
      const before = sqliteContents(path)
      expect(await postgresContents(url, before)).toEqual(before)
      await databases.drop(url)
    }),
    { numRuns: 6 },
  )
}, 180_000)
