import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import pg from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { dayMs, defaultRetention } from '../src/retention/retention-settings.ts'
import type { RetentionStep } from '../src/store/retention-store.ts'
import { destinations, event, purchase } from './store-suite/suite-harness.ts'
import { incoming, receivedAt } from './support/incoming.ts'
import { sharedStores } from './support/shared-stores.ts'

const waiting = { timeout: 30_000, interval: 20 }
const now = receivedAt + 450 * dayMs
/** How many wait in this database: the step of retention, and who waits for it. */
const lockQuery = `SELECT count(DISTINCT pid)::int AS count FROM pg_locks WHERE NOT granted
  AND pid IN (SELECT pid FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))`
const silent = { id: null, email: null, mobile: null }

// With a connection each: what one keeps locked cannot be its own.
const shared = sharedStores({ connections: 1 })
let holder: pg.Client
beforeEach(async () => {
  holder = new pg.Client({ connectionString: shared.url })
  await holder.connect()
  await countInOneRow()
})
afterEach(() => holder.end())

/** All connections count in one row: with 64 of them it is chance whether two do. */
async function countInOneRow(): Promise<void> {
  const { rows } = await holder.query("SELECT pg_get_functiondef('relay.slot'::regproc) AS text")
  const text = String(rows[0]?.text)
  expect(text).toContain('% 64')
  await holder.query(text.replace('% 64', '% 1'))
}

async function untilWaiting(count: number): Promise<void> {
  await vi.waitFor(async () => expect((await holder.query(lockQuery)).rows).toEqual([{ count }]), waiting)
}

/** A step of retention that one relay has done all of but its end, and keeps locked what it has touched. */
async function holdStep() {
  await holder.query('BEGIN; LOCK TABLE relay.job_positions IN SHARE MODE')
  const { rows } = await holder.query(
    "SELECT position::json ->> 'step' AS step FROM relay.job_positions WHERE name = 'retention'",
  )
  let isOpen = true
  const taken = shared.one.retain({ now, settings: defaultRetention }).finally(() => {
    isOpen = false
  })
  await untilWaiting(1)
  return {
    name: String(rows[0]?.step ?? 'payloads'),
    isOpen: () => isOpen,
    async end(): Promise<RetentionStep> {
      await holder.query('COMMIT')
      return taken
    },
  }
}

type Held = Awaited<ReturnType<typeof holdStep>>

/** A whole round, each step of which is held. Returns what it removed. */
async function holdRound(during: (step: Held, index: number) => Promise<void>) {
  const removed = { payloads: 0, ledger: 0, quarantined: 0 }
  for (let index = 0; ; index += 1) {
    const step = await holdStep()
    await during(step, index)
    const { isEnd, ...done } = await step.end()
    removed.payloads += done.payloads
    removed.ledger += done.ledger
    removed.quarantined += done.quarantined
    if (isEnd) return removed
  }
}

function ingest(stored: SubtotalEvent, at: number = receivedAt) {
  return shared.other.ingest({ events: [{ ...incoming(stored, at), receivedAt: at }], destinations })
}

function quarantine(bodyHash: string, at: number) {
  const webhook = { reason: 'r', fields: [], body: Buffer.from('{}'), signedAt: at }
  return shared.other.quarantine({ ...webhook, bodyHash, receivedAt: at })
}

/** What another relay has to deliver; it is delivered then. */
async function deliver(destination: string): Promise<readonly string[]> {
  const lease = { leaseToken: 'mine', leaseUntil: now + 60_000, now }
  const { deliveries } = await shared.other.claim({ ...lease, destination, limit: 100, maxBytes: 1e9 })
  const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' as const } }))
  expect(await shared.other.settle({ ...lease, settlements })).toEqual({ stale: 0 })
  return deliveries.map((one) => one.event.id).toSorted()
}

async function deliverAll(): Promise<void> {
  for (const destination of destinations) await deliver(destination)
}

/** Of a connection that goes on buying, and says nothing new of itself. */
function bought(id: string): SubtotalEvent {
  const common = { customer: silent, connection: { id: 'connection-of-steady', retailer: null } }
  return makePurchaseEvent({ id, idempotencyKey: `purchase.created:${id}`, ...common })
}

test('whatever step of retention is under way, events, repeats, quarantine and claims go on beside it', async () => {
  await ingest(event('old'))
  await ingest(event('steady'))
  await ingest(bought('young'), now)
  await quarantine('old', receivedAt)
  await deliverAll()
  const seen = new Map<string, string[]>()

  const removed = await holdRound(async (step, index) => {
    expect(await ingest(event(`new-${index}`), now)).toMatchObject([{ result: 'stored' }])
    expect(await ingest(bought(`bought-${index}`), now)).toMatchObject([{ result: 'stored' }])
    expect(await quarantine(`new-${index}`, now)).toMatchObject({ isRepeat: false })
    const isThere = (await shared.other.findEvent('old')) !== undefined
    if (isThere) expect(await ingest(event('old'), now)).toMatchObject([{ result: 'duplicate', eventId: 'old' }])
    for (const destination of destinations) expect(await deliver(destination)).toEqual([`bought-${index}`, `new-${index}`])
    expect(step.isOpen()).toBe(true)
    seen.set(step.name, [...(seen.get(step.name) ?? []), isThere ? 'known' : 'gone'])
  })

  expect(removed).toEqual({ payloads: 2, ledger: 2, quarantined: 1 })
  expect([...seen.keys()]).toEqual(['payloads', 'ledger', 'quarantine', 'records', 'activity', 'memory'])
  // Until the step that removes it has ended, it is a repeat.
  expect([seen.get('payloads'), seen.get('ledger')]).toEqual([
    ['known', 'known'],
    ['known', 'gone'],
  ])
  expect(await shared.other.connectionState('connection-of-old')).toBeUndefined()
  expect(await shared.other.connectionState('connection-of-steady')).toMatchObject({ status: 'active' })
}, 60_000)

test('another content of an event that is being emptied waits for that step, and is known without its content', async () => {
  await ingest(purchase('a', 'p1'))
  await deliverAll()
  const step = await holdStep()
  const posted = ingest(purchase('b', 'p1', '99.00'), now)
  await untilWaiting(2)
  expect(await step.end()).toMatchObject({ payloads: 1 })
  expect(await posted).toMatchObject([{ result: 'duplicate', eventId: 'a', isNewVersion: true }])
  expect((await holder.query('SELECT body FROM relay.event_versions')).rows).toEqual([{ body: '{}' }])
})

test('a webhook that is being taken out of quarantine waits for that step when it comes again, and is quarantined anew', async () => {
  await quarantine('old', receivedAt)
  let posted: ReturnType<typeof quarantine> | undefined
  await holdRound(async (step) => {
    if (step.name !== 'quarantine' || posted !== undefined) return
    posted = quarantine('old', now)
    await untilWaiting(2)
  })
  expect(await posted).toMatchObject({ isRepeat: false })
  expect((await shared.other.stats()).quarantined).toBe(1)
})

test('an event of a connection that is being forgotten waits for that step, and begins it anew', async () => {
  await ingest(event('old'))
  await deliverAll()
  let posted: ReturnType<typeof ingest> | undefined
  await holdRound(async (step) => {
    if (step.name !== 'memory') return
    posted = ingest({ ...event('new'), connection: { id: 'connection-of-old', retailer: null } }, now)
    await untilWaiting(2)
  })
  expect(await posted).toMatchObject([{ result: 'stored', eventType: 'account.connected' }])
  expect(await shared.other.connectionState('connection-of-old')).toMatchObject({ status: 'active' })
})
