import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { incoming, receivedAt } from '../../../test/support/incoming.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { planErasure } from '../../operations/plan-erasure.ts'
import type { ListedEvent, Page } from '../records.ts'
import type { Store } from '../store.ts'
import { openSqliteStore } from './sqlite-store.ts'

const later = receivedAt + 1_000
const people = 40

/** Everything that is only a person's own, as it goes into the store. */
function traces(person: number): readonly string[] {
  return ['customer', 'address', 'connection', 'event', 'purchase', 'basket', 'words', 'body'].map(
    (what) => `${what}-of-${person}-`,
  )
}

function customerOf(person: number) {
  return { id: `customer-of-${person}-`, email: `address-of-${person}-@shoppers.example`, mobile: null }
}

/** Numbers from 0 to `below`, the same in every run. */
function createDice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * below)
  }
}

/** As years of use would: rows of all sizes in any order, changed, moved and replaced. */
async function fill(store: Store, seed: number, rounds: number, persons: readonly number[]): Promise<void> {
  const dice = createDice(seed)
  const anybody = (): number => persons[dice(persons.length)] ?? 0
  for (let round = 0; round < rounds; round += 1) {
    const events = Array.from({ length: people }, () => {
      const person = anybody()
      const number = `${person}-${round}-${dice(1e9)}`
      const connection = { id: `connection-of-${person}-${dice(3)}`, retailer: 'walmart' }
      const id = `event-of-${number}`
      if (dice(4) === 0) return makeConnectionEvent('account.connected', { id, customer: customerOf(person), connection })
      const purchase = { id: `purchase-of-${number}`, status: `basket-of-${person}-`.repeat(1 + dice(300)) }
      const nobody = { id: null, email: null, mobile: null }
      const idempotencyKey = `purchase.created:${purchase.id}`
      return makePurchaseEvent({
        id,
        idempotencyKey,
        customer: dice(2) === 0 ? customerOf(person) : nobody,
        connection,
        purchase,
      })
    })
    const destinations = ['one', 'two']
    await store.ingest({ events: events.map((event) => incoming(event, receivedAt - dice(1e9))), destinations })
    await settleSome(store, dice)
    if (round % 3 === 0) await store.advanceIdentities({ now: later, destinations })
    const person = anybody()
    const body = Buffer.from(`body-of-${person}- address-of-${person}-@shoppers.example ${'x'.repeat(dice(9_000))}`)
    await store.quarantine({ reason: 'r', fields: [], body, bodyHash: `${seed} ${round}`, signedAt: 0, receivedAt })
  }
}

async function settleSome(store: Store, dice: (below: number) => number): Promise<void> {
  const lease = { leaseToken: 'mine', leaseUntil: later + 60_000 }
  const claim = await store.claim({ destination: 'one', now: later, limit: people / 2, maxBytes: 1e9, ...lease })
  const settlements = claim.deliveries.map(({ id, event }) => {
    const message = `words-of-${/\d+/.exec(event.connection.id)?.[0]}-${'!'.repeat(dice(2_000))}`
    const code = Number(id) % 2 === 0 ? 'ERR_REJECTED' : 'ERR_NO_IDENTIFIER'
    const failure = { outcome: 'rejected', code, message, status: 400 } as const
    const verdict = { status: 'dead', failure, code: failure.code, message } as const
    return { deliveryId: id, verdict: dice(3) === 0 ? verdict : ({ status: 'delivered' } as const) }
  })
  await store.settle({ now: later, leaseToken: 'mine', settlements })
}

async function erase(store: Store, person: number): Promise<void> {
  const plan = await planErasure(store, { kind: 'email', value: `address-of-${person}-@shoppers.example` })
  await store.addErasure({
    at: later,
    actor: 'operator',
    person: plan.person,
    isBlocking: person % 8 === 1,
    through: plan.through,
  })
}

async function finish(store: Store): Promise<void> {
  while ((await store.advanceErasures({ now: later })) !== undefined);
}

async function everyEvent(store: Store): Promise<readonly ListedEvent[]> {
  const all: ListedEvent[] = []
  for (let cursor: number | null = Number.MAX_SAFE_INTEGER; cursor !== null; ) {
    const page: Page<ListedEvent> = await store.listEvents({}, { limit: 500, cursor })
    all.push(...page.items)
    cursor = page.nextCursor
  }
  return all
}

/** What of the person is in any file of the folder. */
function findTraces(folder: string, person: number): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const bytes = readFileSync(join(folder, name))
    return traces(person).flatMap((trace) => (bytes.includes(trace) ? [`${trace} in ${name}`] : []))
  })
}

test('after an erasure no byte of the person is in any file of the store, and all of everybody else is', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'relay.db')
  const store = await openSqliteStore(path, receivedAt)
  const everybody = Array.from({ length: people }, (_, person) => person)
  await fill(store, 7, 20, everybody)
  writeFileSync(`${path}.schema-5`, 'address-of-1-@shoppers.example')
  writeFileSync(`${path}.before-restore-1`, 'not the relay’s')
  for (let person = 0; person < people; person += 1) expect(findTraces(folder, person).length).toBeGreaterThan(4)
  const before = await store.stats()

  const victims = Array.from({ length: 8 }, (_, index) => index * 4 + 1)
  for (const person of victims) await erase(store, person)
  await finish(store)

  for (const person of victims) expect(findTraces(folder, person)).toEqual([])
  expect(existsSync(`${path}.schema-5`)).toBe(false)
  const { items: erasures } = await store.listErasures({ limit: 1 })
  expect(erasures).toMatchObject([
    { finishedAt: later, copies: { deleted: ['relay.db.schema-5'], left: ['relay.db.before-restore-1'] } },
  ])
  const after = await store.stats()
  const items = await everyEvent(store)
  const kept = items.filter(({ event }) => !victims.some((person) => event.id.startsWith(`event-of-${person}-`)))
  expect([after.events, kept.length]).toEqual([items.length, items.length])
  expect(after.events).toBeLessThan(before.events)
  const others = everybody.filter((person) => !victims.includes(person))
  await fill(store, 8, 5, others)
  await store.close()
  for (const person of victims) expect(findTraces(folder, person)).toEqual([])
  const database = new Database(path, { readonly: true })
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
  database.close()
}, 120_000)

test('while another process reads the store, cleaning waits, and the erasure is finished afterwards', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'relay.db')
  const store = await openSqliteStore(path, receivedAt)
  const connected = makeConnectionEvent('account.connected', { id: 'event-of-1-', customer: customerOf(1) })
  await store.ingest({ events: [incoming(connected)], destinations: [] })
  const reader = new Database(path, { readonly: true })
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM events').get()
  await erase(store, 1)
  for (let steps = 0; steps < 50; steps += 1) await store.advanceErasures({ now: later })
  expect(await store.findErasure('1')).toMatchObject({ erasedAt: later, finishedAt: null })
  reader.close()
  await finish(store)
  expect(findTraces(folder, 1)).toEqual([])
  expect(await store.findErasure('1')).toMatchObject({ finishedAt: later })
  await store.close()
})
