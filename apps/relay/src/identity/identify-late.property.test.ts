import { join } from 'node:path'
import type { Customer, SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Identifier, IdentityWorld } from '../../test/support/identity-world.ts'
import { identityWorld } from '../../test/support/identity-world.ts'
import { incoming, receivedAt } from '../../test/support/incoming.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { KnownContact } from '../enrichment/contact.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Store } from '../store/store.ts'

/** Which of a person's identifiers something tells. */
type Told = Readonly<Record<Identifier, boolean>>

/** An event of a connection's history, and how it comes in. */
interface Telling {
  readonly told: Told
  readonly isPurchase: boolean
  /** The lowest comes first, of those that may come. */
  readonly priority: number
  /** Whether the relay does all it has to do before the next one comes. */
  readonly settles: boolean
  /** Whether the process is killed and started again afterwards. */
  readonly isKilled: boolean
  /** What Subtotal's API tells of the connection meanwhile; `ahead`: of its next customer, of whom no event has come yet. */
  readonly contact: (Told & { readonly ahead: boolean }) | null
}

/** For so long a connection was one person's. */
interface Period {
  readonly person: number
  readonly events: readonly Telling[]
}

interface Placed extends Telling {
  readonly connection: number
  readonly period: number
  readonly person: number
  readonly isFirst: boolean
  readonly event: SubtotalEvent
  readonly happenedAt: number
}

const destinations = { byEmail: 'email', byId: 'id', byMobile: 'mobile' } as const
const now = receivedAt + 1_000
const minuteMs = 60_000

const told = fc.record<Told>({ id: fc.boolean(), email: fc.boolean(), mobile: fc.boolean() })
const events = fc.record<Telling>({
  told,
  isPurchase: fc.boolean(),
  priority: fc.nat(1_000),
  settles: fc.boolean(),
  isKilled: fc.nat(9).map((number) => number === 0),
  contact: fc.option(fc.record({ id: fc.constant(true), email: fc.boolean(), mobile: fc.boolean(), ahead: fc.boolean() }), {
    freq: 3,
  }),
})
const periods = fc.array(fc.record<Period>({ person: fc.nat(2), events: fc.array(events, { minLength: 1, maxLength: 5 }) }), {
  minLength: 1,
  maxLength: 3,
})

function customerOf(person: number, tells: Told): Customer {
  return {
    id: tells.id ? `person-${person}` : null,
    email: tells.email ? `person-${person}@shoppers.example` : null,
    mobile: tells.mobile ? `+1555555010${person}` : null,
  }
}

/**
 * The events of a connection. A new customer's first event names them, and so does one of the first customer's: without that nobody could
 * know that they are not one person.
 */
function place(connection: number, history: readonly Period[]): readonly Placed[] {
  const merged = history.filter(({ person }, index) => index === 0 || person !== history[index - 1]?.person)
  return merged.flatMap(({ person, events: ofPeriod }, period) =>
    ofPeriod.map((one, index): Placed => {
      const mustName = period === 0 ? index === ofPeriod.length - 1 : index === 0
      const tells = { ...one.told, id: one.told.id || (mustName && merged.length > 1) }
      const id = `c${connection}-${period}-${index}`
      const base = { id, idempotencyKey: id, customer: customerOf(person, tells), connection: { id: `c${connection}` } }
      const event = one.isPurchase ? makePurchaseEvent(base) : makeConnectionEvent('connection.reauthenticated', base)
      const happenedAt = receivedAt + (period * 10 + index) * minuteMs
      return { ...one, told: tells, connection, period, person, isFirst: index === 0, event, happenedAt }
    }),
  )
}

/** In an order in which they may come: nothing of a customer before the event that names them first and those before it did. */
function arrivalsOf(placed: readonly Placed[]): readonly Placed[] {
  let left = placed.toSorted((one, other) => one.priority - other.priority)
  const come: Placed[] = []
  const isNamed = ({ connection }: Placed, period: number) =>
    come.some((one) => one.connection === connection && one.period === period && one.told.id)
  while (left.length > 0) {
    const next = left.find((one) => one.period === 0 || isNamed(one, one.isFirst ? one.period - 1 : one.period))
    if (next === undefined) throw new Error('Nothing may come.')
    come.push(next)
    left = left.filter((one) => one !== next)
  }
  return come
}

/** What the test itself knows. */
class Truth {
  readonly come: Placed[] = []
  readonly contacts = new Map<number, KnownContact>()

  /** With a new customer goes what Subtotal said of the one before, also if they come back: the relay forgets it. */
  add(arrival: Placed): void {
    this.come.push(arrival)
    const isNew = arrival.isFirst && arrival.period > 0
    if (isNew && this.contacts.get(arrival.connection)?.customerId !== `person-${arrival.person}`) {
      this.contacts.delete(arrival.connection)
    }
  }

  /** The last period of a connection that an event has come of. */
  periodOf(connection: number): number {
    return Math.max(0, ...this.come.filter((one) => one.connection === connection).map(({ period }) => period))
  }

  /** Whether the identifier of the person whom the connection is now is known of it. */
  isKnown(connection: number, person: number, identifier: Identifier): boolean {
    const period = this.periodOf(connection)
    const isSaid = this.come.some((one) => one.connection === connection && one.period === period && one.told[identifier])
    const contact = this.contacts.get(connection)
    const inContact = { id: contact?.customerId, email: contact?.email, mobile: contact?.mobile }[identifier]
    return isSaid || (contact?.customerId === `person-${person}` && (inContact ?? null) !== null)
  }

  personOf(connection: number): number | undefined {
    return this.come.find((one) => one.connection === connection && one.period === this.periodOf(connection))?.person
  }
}

function expectNobodyElses(world: IdentityWorld, truth: Truth): void {
  const all = { id: true, email: true, mobile: true }
  for (const { event } of world.arrived) {
    const of = truth.come.find((one) => one.event.id === event.id)
    const whole = customerOf(of?.person ?? -1, all)
    for (const identifier of ['id', 'email', 'mobile'] as const) {
      expect([null, whole[identifier]], `${event.id}: ${identifier}`).toContain(event.customer[identifier])
    }
  }
}

function expectKnownToArrive(world: IdentityWorld, truth: Truth): void {
  for (const { connection, person, event } of truth.come) {
    if (truth.personOf(connection) !== person) continue
    for (const [destination, identifier] of Object.entries(destinations)) {
      if (!truth.isKnown(connection, person, identifier)) continue
      const count = world.arrived.filter((one) => one.destination === destination && one.event.id === event.id).length
      expect(count, `${event.id} to ${destination}`).toBe(1)
    }
  }
}

/** Answers for what waits as Subtotal would. */
async function answer(store: Store, arrival: Placed, persons: readonly number[], truth: Truth): Promise<void> {
  const waiting = await store.claimEnrichments({
    now,
    limit: 100,
    leaseUntil: now + 60_000,
    leaseToken: 'mine',
    onlyExpired: false,
  })
  for (const { id, event } of waiting) {
    const contact = toContact(arrival, persons, truth)
    const isAsked = contact !== undefined && event.connection.id === `c${arrival.connection}`
    if (isAsked) truth.contacts.set(arrival.connection, contact)
    const settlement = { id, found: isAsked ? { contact } : {}, verdict: { status: 'done' } as const }
    await store.settleEnrichments({ now, leaseToken: 'mine', settlements: [settlement] })
  }
}

let asked = 0

function toContact({ contact, connection }: Placed, persons: readonly number[], truth: Truth): KnownContact | undefined {
  if (contact === null) return undefined
  const period = truth.periodOf(connection)
  const isNamed = truth.come.some((one) => one.connection === connection && one.period === period && one.told.id)
  const person = (contact.ahead && isNamed ? persons[period + 1] : undefined) ?? persons[period] ?? 0
  const { id: customerId, email, mobile } = customerOf(person, contact)
  asked += 1
  // Long ago, so that every event has it asked for anew.
  return { askedAt: asked - 1e9, customerId, email, mobile, retailer: null, isSimulated: false }
}

test('whatever comes in whatever order, each event goes out as soon as its customer is known, and never as another’s', async () => {
  await fc.assert(
    fc.asyncProperty(periods, periods, async (one, two) => {
      const placed = [place(0, one), place(1, two)]
      const path = join(temporaryFolder(), 'relay.db')
      const open = () => openSqliteStore(path, now, { enrichment: { purchases: false, contacts: true } })
      let store = await open()
      const world = identityWorld(() => store, destinations, now)
      const truth = new Truth()
      const persons = placed.map((of) => [...new Map(of.map(({ period, person }) => [period, person])).values()])
      try {
        for (const arrival of arrivalsOf(placed.flat())) {
          await store.ingest({ events: [incoming(arrival.event, arrival.happenedAt)], destinations: Object.keys(destinations) })
          truth.add(arrival)
          await answer(store, arrival, persons[arrival.connection] ?? [], truth)
          if (arrival.isKilled) {
            await world.step()
            await store.close()
            store = await open()
          }
          if (!arrival.settles) continue
          await world.settle()
          expectKnownToArrive(world, truth)
        }
        await world.settle()
        expectKnownToArrive(world, truth)
        expectNobodyElses(world, truth)
      } finally {
        await store.close()
      }
    }),
    { numRuns: 25 },
  )
}, 120_000)
