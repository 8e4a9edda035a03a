import type { Customer, SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import type { Identity } from '../../src/erasure/identity.ts'
import { planErasure } from '../../src/operations/plan-erasure.ts'
import type { ErasureRecord } from '../../src/store/erasure-store.ts'
import type { IncomingQuarantined, Verdict } from '../../src/store/store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { destinations, later, timeout } from './suite-harness.ts'

const nobody: Customer = { id: null, email: null, mobile: null }
const robin: Customer = { id: 'robin-1', email: 'robin@shoppers.example', mobile: '+15555550111' }
const kim: Customer = { id: 'kim-2', email: 'kim@shoppers.example', mobile: '+15555550222' }
const byId: Identity = { kind: 'customer', value: 'robin-1' }
const byEmail: Identity = { kind: 'email', value: 'robin@shoppers.example' }

function connected(id: string, connection: string, customer: Customer): SubtotalEvent {
  return makeConnectionEvent('account.connected', { id, customer, connection: { id: connection, retailer: 'walmart' } })
}

function bought(id: string, connection: string, customer: Customer = nobody): SubtotalEvent {
  const key = `purchase.created:p-${id}`
  return makePurchaseEvent({ id, idempotencyKey: key, customer, connection: { id: connection }, purchase: { id: `p-${id}` } })
}

function quarantined(body: string): IncomingQuarantined {
  const reason = 'ERR_WEBHOOK_UNKNOWN_TYPE'
  return { reason, fields: ['type'], body: Buffer.from(body), bodyHash: `hash of ${body}`, signedAt: receivedAt, receivedAt }
}

/** Erasing a person. */
export function erasureCases(suite: SuiteHarness): void {
  /** In the order given, a second apart. */
  async function put(...events: readonly SubtotalEvent[]): Promise<readonly string[]> {
    const given = events.map((event, index) => incoming(event, receivedAt + index * 1_000))
    return (await suite.store.ingest({ events: given, destinations })).map(({ result }) => result)
  }

  async function ask(identity: Identity, isBlocking = false): Promise<ErasureRecord> {
    const { person, through } = await planErasure(suite.store, identity)
    const { erasure } = await suite.store.addErasure({ at: later, actor: 'operator', person, isBlocking, through })
    return erasure
  }

  async function run(now = later): Promise<void> {
    for (let steps = 0; steps < 10_000; steps += 1) {
      const step = await suite.store.advanceErasures({ now })
      if (step === undefined) return
      if (step.waitMs >= 250) throw new Error('It waits for something.')
    }
    throw new Error('It does not end.')
  }

  async function erase(identity: Identity, isBlocking = false): Promise<ErasureRecord | undefined> {
    const { id } = await ask(identity, isBlocking)
    await run()
    return suite.store.findErasure(id)
  }

  async function eventIds(): Promise<readonly string[]> {
    const { items } = await suite.store.listEvents({}, { limit: 100 })
    return items.map(({ event }) => event.id).toSorted()
  }

  describe('erasing a person', () => {
    test('everything of all their connections goes, and nothing of anybody else', async () => {
      await put(
        connected('a', 'c1', robin),
        bought('b', 'c1'),
        connected('c', 'c2', { ...nobody, id: 'robin-1' }),
        bought('d', 'c2'),
        connected('e', 'c3', kim),
        bought('f', 'c3'),
      )
      const before = await suite.store.stats()
      expect(before.events).toBe(6)
      expect(await erase(byId)).toMatchObject({ customers: 1, connections: 2, events: 4, deliveries: 8, erasedAt: later })
      expect(await eventIds()).toEqual(['e', 'f'])
      expect(await suite.counts('braze')).toEqual({ pending: 2, delivered: 0, skipped: 0, dead: 0 })
      expect(await suite.store.stats()).toMatchObject({ events: 2, versions: 0 })
      expect(await suite.store.connectionState('c1')).toBeUndefined()
      expect(await suite.store.connectionState('c3')).toMatchObject({ email: kim.email })
    })

    test('an email finds the customer ids that go with it, and their other connections', async () => {
      await put(
        connected('a', 'c1', { ...robin, email: ' Robin@Shoppers.example' }),
        connected('b', 'c0', { ...nobody, id: 'robin-1' }),
      )
      await put(connected('c', 'c3', { ...nobody, email: 'robin@shoppers.example' }), connected('d', 'c4', kim))
      expect(await erase(byEmail)).toMatchObject({ customers: 1, connections: 3, events: 3 })
      expect(await eventIds()).toEqual(['d'])
    })

    test('a phone number is found however it is written', async () => {
      await put(connected('a', 'c1', { ...robin, mobile: '+1 (555) 555-0111' }))
      expect(await erase({ kind: 'mobile', value: '+15555550111' })).toMatchObject({ events: 1 })
    })

    test('another customer who shares an email found on the way stays', async () => {
      await put(connected('a', 'c1', robin), connected('b', 'c2', { ...kim, email: robin.email }))
      expect(await erase(byId)).toMatchObject({ events: 1 })
      expect(await eventIds()).toEqual(['b'])
    })

    test('of a connection that became another customer’s only theirs goes, and late events are completed with nobody’s identifiers', async () => {
      await put(connected('a', 'c1', robin), bought('b', 'c1'), connected('c', 'c1', kim), bought('d', 'c1'))
      expect(await erase(byId)).toMatchObject({ events: 2 })
      expect(await eventIds()).toEqual(['c', 'd'])
      expect(await suite.store.connectionState('c1')).toMatchObject({ customerId: 'kim-2' })
      const late = incoming(bought('late', 'c1'), receivedAt + 1_500)
      await suite.store.ingest({ events: [late], destinations })
      expect((await suite.store.findEvent('late'))?.event.customer).toEqual(nobody)
    })

    test('of a connection that came to them from another customer nothing is remembered', async () => {
      await put(connected('a', 'c1', kim), connected('b', 'c1', robin))
      expect(await erase(byId)).toMatchObject({ events: 1 })
      expect(await eventIds()).toEqual(['a'])
      await put(bought('next', 'c1'))
      expect((await suite.store.findEvent('next'))?.event.customer).toEqual(nobody)
    })

    test('what was erased is known when it comes again, under its id or as the same purchase', async () => {
      await put(connected('a', 'c1', robin), bought('b', 'c1'))
      await put({ ...bought('b', 'c1'), id: 'b-again' })
      await erase(byId)
      const again = { ...bought('b', 'c1'), id: 'another' }
      expect(await put(connected('a', 'c1', robin), bought('b', 'c1'), again)).toEqual(['duplicate', 'duplicate', 'duplicate'])
      expect(await suite.store.knownEvents(['purchase.created:p-b', 'purchase.created:x'])).toEqual(['purchase.created:p-b'])
      expect((await suite.store.stats()).events).toBe(0)
      await suite.reopen(later)
      expect(await put(bought('b', 'c1'))).toEqual(['duplicate'])
    })

    test('later events are new ones, completed by nothing from before', async () => {
      await put(connected('a', 'c1', robin))
      await erase(byId)
      expect(await put(bought('next', 'c1'))).toEqual(['stored'])
      expect((await suite.store.findEvent('next'))?.event.customer).toEqual(nobody)
    })

    test('when asked, later events are dropped, also those that name only the connection, until the block ends', async () => {
      await put(connected('a', 'c1', robin))
      const { id } = (await erase(byId, true)) ?? { id: '' }
      const ofConnection = bought('b', 'c1')
      const elsewhere = connected('c', 'c9', { ...nobody, id: 'robin-1' })
      const byAddress = connected('d', 'c8', { ...nobody, email: 'ROBIN@shoppers.example' })
      expect(await put(ofConnection, elsewhere, byAddress)).toEqual(['ignored', 'ignored', 'ignored'])
      expect(await put(connected('e', 'c1', kim), bought('f', 'c1'))).toEqual(['stored', 'stored'])
      await suite.reopen(later)
      expect(await put(elsewhere)).toEqual(['ignored'])
      expect(await suite.store.unblockErasure({ id, at: later, actor: 'operator' })).toMatchObject({ isBlocking: false })
      expect(await put(elsewhere)).toEqual(['stored'])
    })

    test('an email that was asked for is dropped whoever the customer is', async () => {
      await erase(byEmail, true)
      expect(await put(connected('a', 'c1', { ...kim, email: robin.email }), connected('b', 'c2', kim))).toEqual([
        'ignored',
        'stored',
      ])
    })

    test('what is in flight is waited for, and its verdict is taken', async () => {
      await put(connected('a', 'c1', robin))
      const [claimed] = await suite.claim()
      await ask(byId)
      await expect(run()).rejects.toThrow('waits')
      expect(await eventIds()).toEqual(['a'])
      expect(await suite.settle(claimed?.id, { status: 'delivered' })).toEqual({ stale: 0 })
      await run()
      expect(await eventIds()).toEqual([])
      expect(await suite.counts('braze')).toEqual({ pending: 0, delivered: 0, skipped: 0, dead: 0 })
    })

    test('a lease that ended is not waited for', async () => {
      await put(connected('a', 'c1', robin))
      await suite.claim()
      await ask(byId)
      await run(later + 60_001)
      expect(await eventIds()).toEqual([])
    })

    test('dead letters, failed attempts and versions go with their event', async () => {
      await put(connected('a', 'c1', robin))
      await put({ ...connected('a', 'c1', robin), connection: { id: 'c1', retailer: 'target' } })
      const dead: Verdict = { status: 'dead', failure: timeout, code: 'ERR_REJECTED', message: 'No.' }
      for (const { id } of await suite.claim()) await suite.settle(id, dead)
      expect(await erase(byId)).toMatchObject({ events: 1, versions: 1, deliveries: 2 })
      expect(await suite.store.deadLetterCounts()).toEqual([])
      expect(await suite.store.stats()).toMatchObject({ events: 0, versions: 0 })
    })

    test('quarantined bodies that mention them go, also inside JSON in a string, and do not come back', async () => {
      await put(connected('a', 'c1', robin))
      const nested = quarantined(JSON.stringify({ payload: JSON.stringify({ connection_id: 'c1' }) }))
      const escaped = quarantined('{"x":"robin\\u0040shoppers.example"}')
      const cut = quarantined('{"email":"robin@shoppers.example"')
      const others = quarantined('{"customer_id":"robin-12","email":"kim@shoppers.example"}')
      for (const webhook of [nested, escaped, cut, others]) await suite.store.quarantine(webhook)
      expect(await erase(byId)).toMatchObject({ quarantined: 3 })
      expect((await suite.store.listQuarantine({ limit: 9 })).items.map(({ body }) => body)).toEqual([others.body.toString()])
      expect((await suite.store.stats()).quarantined).toBe(1)
      expect(await suite.store.quarantine(nested)).toBeNull()
    })

    test('a replay that names them forgets them and ends', async () => {
      await put(connected('a', 'c1', robin))
      const selection = { kind: 'events', filter: { connection: 'c1' }, destinations, repeatDelivered: true } as const
      const planned = new Map([['braze', 1]])
      await suite.store.addReplay({ at: later, actor: 'operator', selection, through: 1, planned })
      await erase(byId)
      const { items } = await suite.store.listReplays({ limit: 9 })
      expect(items).toMatchObject([{ finishedAt: later, selection: { filter: { connection: '***' } } }])
      expect(await suite.store.advanceReplay({ destination: 'braze', limit: 9, now: later })).toBeUndefined()
    })

    test('an import that reads their purchases ends', async () => {
      await put(connected('a', 'c1', robin))
      const settings = { isDryRun: false, isMissed: false, since: null, until: null, destinations: null }
      const source = { kind: 'customer', customerId: 'robin-1' } as const
      await suite.store.addImport({ at: later, actor: 'operator', source, settings })
      await erase(byId)
      const lease = { leaseToken: 'mine', leaseUntil: later }
      expect(await suite.store.nextImportPart({ afterImport: '0', now: later, ...lease })).toEqual({ part: null, dueAt: null })
      expect(await suite.store.findImport('1')).toMatchObject({ finishedAt: later })
    })

    test('what arrives while it runs is dropped and counts as erased, also from a connection that is new', async () => {
      await put(connected('a', 'c1', robin))
      await ask(byId)
      const arriving = [connected('b', 'c1', robin), connected('c', 'c7', robin), bought('d', 'c7'), connected('e', 'c3', kim)]
      expect(await put(...arriving)).toEqual(['ignored', 'ignored', 'ignored', 'stored'])
      await run()
      expect(await eventIds()).toEqual(['e'])
      expect(await put(...arriving)).toEqual(['duplicate', 'duplicate', 'duplicate', 'duplicate'])
      expect(await put(bought('f', 'c7'))).toEqual(['stored'])
    })

    test('what arrived between the search and the request is erased with the rest', async () => {
      await put(connected('a', 'c1', robin))
      const { person, through } = await planErasure(suite.store, byId)
      await put(connected('b', 'c7', robin), bought('c', 'c7'), connected('d', 'c3', kim), bought('e', 'c1'))
      await suite.store.addErasure({ at: later, actor: 'operator', person, isBlocking: false, through })
      await run()
      expect(await eventIds()).toEqual(['d'])
      expect(await suite.store.findErasure('1')).toMatchObject({ events: 4, connections: 2 })
      expect(await suite.store.connectionState('c7')).toBeUndefined()
    })

    test('after any step it goes on where the store is opened again', async () => {
      await put(
        ...Array.from({ length: 150 }, (_, index) => bought(`e${index}`, `c${index % 3}`, robin)),
        connected('k', 'c9', kim),
      )
      await ask(byId)
      for (let steps = 0; steps < 200; steps += 1) {
        if ((await suite.store.advanceErasures({ now: later })) === undefined) break
        if (steps % 2 === 0) await suite.reopen(later)
      }
      await run()
      expect(await eventIds()).toEqual(['k'])
      expect(await suite.store.findErasure('1')).toMatchObject({ events: 150, deliveries: 300, finishedAt: later })
    })

    test('a second request while it runs is the same erasure, and may add the block', async () => {
      await put(connected('a', 'c1', robin))
      await ask(byId)
      const { person, through } = await planErasure(suite.store, byId)
      const again = await suite.store.addErasure({ at: later, actor: 'operator', person, isBlocking: true, through })
      expect(again).toMatchObject({ isNew: false, erasure: { id: '1', isBlocking: true } })
      await run()
      expect(await put(bought('b', 'c1', robin))).toEqual(['ignored'])
    })

    test('nobody is found: a proof of nothing', async () => {
      await put(connected('a', 'c1', kim))
      expect((await planErasure(suite.store, byId)).counts).toMatchObject({ events: 0, quarantined: 0 })
      expect(await erase(byId)).toMatchObject({ customers: 1, connections: 0, events: 0, finishedAt: later })
      expect(await eventIds()).toEqual(['a'])
    })

    test('the proof and the record hold nothing of the person', async () => {
      await put(connected('a', 'c1', robin))
      await erase(byEmail, true)
      const told = [await suite.store.listErasures({ limit: 9 }), await suite.store.listAudit({ limit: 9 })]
      for (const secret of ['robin', '5550111', '"c1"']) expect(JSON.stringify(told)).not.toContain(secret)
      expect(await suite.store.earlierErasures(byEmail)).toMatchObject([{ id: '1', events: 1 }])
      expect(await suite.store.earlierErasures(byId)).toEqual([])
    })

    test('a plan counts what an erasure erases', async () => {
      await put(connected('a', 'c1', robin), bought('b', 'c1'), connected('c', 'c3', kim))
      for (const { id } of await suite.claim({ limit: 1 })) await suite.settle(id, { status: 'delivered' })
      await suite.store.quarantine(quarantined('robin@shoppers.example said so'))
      expect(await planErasure(suite.store, byEmail)).toMatchObject({
        counts: { events: 2, versions: 0, quarantined: 1, deliveries: { pending: 3, delivered: 1, skipped: 0, dead: 0 } },
        through: 3,
      })
    })
  })
}
