import type { Customer, Purchase, SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import type { KnownContact } from '../../src/enrichment/contact.ts'
import { noContact } from '../../src/enrichment/contact.ts'
import { planErasure } from '../../src/operations/plan-erasure.ts'
import type { ClaimedEnrichment, EnrichmentSettlement, EnrichmentVerdict } from '../../src/store/enrichment-store.ts'
import { identityWorld } from '../support/identity-world.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { destinations, later } from './suite-harness.ts'

const someone: Customer = { id: 'robin', email: 'robin@shoppers.example', mobile: '+15555550100' }
const nobody: Customer = { id: null, email: null, mobile: null }
const bare: Partial<Purchase> = { date: null, total: null, tax: null, subtotal: null, itemCount: 0, items: [] }
const hourMs = 3_600_000
const contact: KnownContact = {
  askedAt: later,
  customerId: 'robin',
  email: 'robin@shoppers.example',
  mobile: '+15555550100',
  retailer: 'target',
  isSimulated: false,
}
const done: EnrichmentVerdict = { status: 'done' }
const dead: EnrichmentVerdict = { status: 'dead', code: 'ERR_SUBTOTAL_NOT_FOUND', message: 'No such purchase.' }

function bought(id: string, purchase: Partial<Purchase> = {}, customer: Customer = someone): SubtotalEvent {
  return makePurchaseEvent({ id, customer, connection: { id: 'c1' }, purchase: { id: `of-${id}`, ...purchase } })
}

/** Events that wait until they are completed from Subtotal. */
export function enrichmentCases(suite: SuiteHarness): void {
  const claimWaiting = (request: Partial<Parameters<typeof suite.store.claimEnrichments>[0]> = {}) =>
    suite.store.claimEnrichments({
      now: later,
      limit: 10,
      leaseUntil: later + 60_000,
      leaseToken: 'mine',
      onlyExpired: false,
      ...request,
    })
  const settleWaiting = (waiting: ClaimedEnrichment | undefined, verdict: EnrichmentVerdict, found = {}) =>
    suite.store.settleEnrichments({ now: later, leaseToken: 'mine', settlements: [{ id: waiting?.id ?? '', found, verdict }] })
  const claimedIds = async () => (await suite.claim()).map((one) => one.event.id)
  const whole = makePurchaseEvent().purchase

  describe('events that wait', () => {
    test('only those that lack something wait, and their deliveries are pending, but not due', async () => {
      const nameless = makePurchaseEvent({ id: 'nameless', customer: nobody, connection: { id: 'c2' }, purchase: { id: 'p2' } })
      await suite.ingest(bought('whole'), bought('itemless', { items: [] }), bought('bare', bare), nameless)
      expect(await claimedIds()).toEqual(['whole'])
      expect(await suite.claim({ now: Math.floor(Number.MAX_SAFE_INTEGER / 2), destination: 'klaviyo' })).toHaveLength(1)
      const { enrichments, destinations: counts } = await suite.store.stats()
      expect(enrichments).toEqual({ waiting: 3, oldestSince: receivedAt })
      expect(counts.find((one) => one.destination === 'braze')?.counts).toMatchObject({ pending: 4 })
      const { items } = await suite.store.listDeliveries({ event: 'bare' }, { limit: 9 })
      expect(items).toMatchObject([
        { status: 'pending', dueAt: null, reason: 'waits to be completed from Subtotal' },
        { status: 'pending', dueAt: null },
      ])
    })

    test('a lane does not wake for what waits', async () => {
      await suite.ingest(bought('bare', bare))
      expect(await suite.store.nextDueAt('braze')).toBeNull()
      expect((await suite.store.stats()).destinations.map((one) => one.nextDueAt)).toEqual([null, null])
      expect(await suite.store.nextEnrichment()).toEqual({ dueAt: receivedAt, expiresAt: receivedAt + 72 * hourMs })
    })

    test('what was read from Subtotal does not wait', async () => {
      await suite.store.ingest({ events: [incoming(bought('a', { items: [] }, nobody))], destinations, isWhole: true })
      expect(await claimedIds()).toEqual(['a'])
    })

    test('they are claimed in order, leased, and free in time when the process that held them has ended', async () => {
      await suite.ingest(bought('a', bare), bought('b', bare), bought('c', bare))
      expect((await claimWaiting({ limit: 2 })).map((one) => one.event.id)).toEqual(['a', 'b'])
      expect((await claimWaiting()).map((one) => one.event.id)).toEqual(['c'])
      expect(await claimWaiting()).toEqual([])
      await suite.reopen(later + 1)
      expect(await claimWaiting({ now: suite.freedAt, leaseUntil: suite.freedAt + 60_000 })).toHaveLength(3)
    })

    test('what was found is stored with the event, for every destination, and its deliveries are due', async () => {
      await suite.ingest(bought('a', bare, { ...nobody, id: 'robin' }))
      const [waiting] = await claimWaiting()
      expect(await settleWaiting(waiting, done, { purchase: whole, contact })).toEqual([{ id: waiting?.id, destinations }])
      const [delivery] = await suite.claim()
      expect(delivery).toMatchObject({ pendingSince: later, attempts: 0 })
      expect(delivery?.event).toMatchObject({
        id: 'a',
        idempotencyKey: 'purchase.created:of-a',
        occurredAt: '2026-01-21T16:05:00.000Z',
        customer: someone,
        purchase: { id: 'of-a', total: whole.total, items: whole.items },
      })
      expect((await suite.claim({ destination: 'klaviyo' })).map((one) => one.event)).toEqual([delivery?.event])
      expect(await suite.store.nextEnrichment()).toBeNull()
      expect((await suite.store.stats()).enrichments).toEqual({ waiting: 0, oldestSince: null })
      const filter = { customer: 'robin' }
      expect((await suite.store.listEvents(filter, { limit: 9 })).items).toHaveLength(1)
    })

    test('its webhook, when it comes again, is a duplicate without a new version', async () => {
      await suite.ingest(bought('a', bare))
      const [waiting] = await claimWaiting()
      await settleWaiting(waiting, done, { purchase: whole })
      expect(await suite.ingest(bought('a', bare))).toMatchObject([{ result: 'duplicate', isNewVersion: false }])
    })

    test('a second settlement changes nothing', async () => {
      await suite.ingest(bought('a', bare))
      const [waiting] = await claimWaiting()
      await settleWaiting(waiting, done, { purchase: whole })
      const [delivery] = await suite.claim()
      await suite.settle(delivery?.id, { status: 'delivered' })
      expect(await settleWaiting(waiting, dead)).toEqual([{ id: waiting?.id, destinations: [] }])
      expect(await suite.counts('braze')).toMatchObject({ delivered: 1, dead: 0 })
    })

    test('what was found stays when the rest is tried again', async () => {
      await suite.ingest(bought('a', bare, nobody))
      const [waiting] = await claimWaiting()
      const error = { code: 'ERR_SUBTOTAL_UNAVAILABLE', message: 'Busy.' } as const
      const verdict = { status: 'retry', dueAt: later + 9, expiresAt: receivedAt + hourMs, isAttempt: true, error } as const
      await settleWaiting(waiting, verdict, { purchase: whole })
      expect(await claimWaiting({ now: later + 8 })).toEqual([])
      expect(await suite.store.nextEnrichment()).toEqual({ dueAt: later + 9, expiresAt: receivedAt + hourMs })
      const again = await claimWaiting({ now: later + 9 })
      expect(again).toMatchObject([{ attempts: 1, event: { purchase: { total: whole.total } }, contact: undefined }])
      expect(await suite.claim()).toEqual([])
    })

    test('those whose wait is over can be claimed alone, but not while they are leased', async () => {
      await suite.ingest(bought('bare', bare), bought('itemless', { items: [] }))
      const end = { now: receivedAt + hourMs, leaseUntil: receivedAt + 2 * hourMs, onlyExpired: true }
      expect((await claimWaiting(end)).map((one) => one.event.id)).toEqual(['itemless'])
      expect(await claimWaiting(end)).toEqual([])
    })

    test('one that an operator marked dead stays dead', async () => {
      await suite.ingest(bought('a', bare))
      const [delivery] = (await suite.store.listDeliveries({ destination: 'braze' }, { limit: 1 })).items
      const audit = { at: later, actor: 'operator', action: 'dead', subject: 'delivery' }
      expect(await suite.store.markDead({ deliveryId: delivery?.id ?? '', message: 'No.', audit })).toBe('marked')
      const [waiting] = await claimWaiting()
      expect(await settleWaiting(waiting, done, { purchase: whole })).toMatchObject([{ destinations: ['klaviyo'] }])
      expect(await suite.claim()).toEqual([])
    })

    test('one that cannot be completed is a dead letter everywhere, without an attempt', async () => {
      await suite.ingest(bought('a', bare))
      const [waiting] = await claimWaiting()
      expect(await settleWaiting(waiting, dead)).toEqual([{ id: waiting?.id, destinations }])
      const error = { code: 'ERR_SUBTOTAL_NOT_FOUND', message: 'No such purchase.' }
      const { items } = await suite.store.listDeliveries({ status: 'dead' }, { limit: 9 })
      expect(items.map((item) => [item.attempts, item.error])).toEqual([
        [0, error],
        [0, error],
      ])
      expect(await suite.counts('braze')).toMatchObject({ pending: 0, dead: 1 })
      expect((await suite.store.stats()).enrichments.waiting).toBe(0)
    })
  })

  describe('replays of what could not be completed', () => {
    async function replay(destination: string) {
      const selection = { kind: 'events', filter: {}, destinations: [destination], repeatDelivered: false } as const
      const through = await suite.store.replayEnd('events')
      await suite.store.addReplay({ at: later, actor: 'operator', selection, through, planned: new Map([[destination, 9]]) })
      return suite.store.advanceReplay({ destination, limit: 9, now: later })
    }

    async function killed(): Promise<void> {
      await suite.ingest(bought('a', bare))
      const [waiting] = await claimWaiting()
      await settleWaiting(waiting, dead)
    }

    test('the event waits again, once for all destinations, and is due when it is whole', async () => {
      await killed()
      expect(await replay('braze')).toMatchObject({ deliveryIds: [], isFinished: true })
      expect(await replay('klaviyo')).toMatchObject({ deliveryIds: [] })
      expect(await suite.claim()).toEqual([])
      expect(await suite.counts('braze')).toMatchObject({ pending: 1, dead: 0 })
      const waiting = await claimWaiting()
      expect(waiting).toMatchObject([{ waitingSince: later, attempts: 0 }])
      await settleWaiting(waiting[0], done, { purchase: whole })
      expect((await suite.claim())[0]?.event).toMatchObject({ purchase: { total: whole.total } })
      expect(await suite.claim({ destination: 'klaviyo' })).toHaveLength(1)
    })

    test('a destination added later waits with the others', async () => {
      await suite.ingest(bought('a', bare))
      expect(await replay('customerio')).toMatchObject({ deliveryIds: [] })
      const [waiting] = await claimWaiting()
      expect(await settleWaiting(waiting, done, { purchase: whole })).toMatchObject([
        { destinations: ['braze', 'klaviyo', 'customerio'] },
      ])
    })

    test('one that is whole by now goes out at once', async () => {
      await killed()
      await replay('braze')
      const [waiting] = await claimWaiting()
      await settleWaiting(waiting, done, { purchase: whole })
      expect(await replay('klaviyo')).toMatchObject({ deliveryIds: [expect.any(String)] })
      expect(await claimWaiting()).toEqual([])
    })
  })

  describe('contacts', () => {
    const at = (minutes: number) => receivedAt - hourMs + minutes * 60_000
    const put = (event: SubtotalEvent, minutes: number) =>
      suite.store.ingest({ events: [incoming(event, at(minutes))], destinations })
    const linked = (id: string, customerId: string | null) =>
      makeConnectionEvent('account.connected', { id, connection: { id: 'c1' }, customer: { ...nobody, id: customerId } })
    const answer = async (settlement: Partial<EnrichmentSettlement> = {}, found: object = { contact }) => {
      for (const { id } of await claimWaiting()) {
        await suite.store.settleEnrichments({
          now: later,
          leaseToken: 'mine',
          settlements: [{ id, found, verdict: done, ...settlement }],
        })
      }
    }
    const customers = async () => (await suite.claim()).map((one) => [one.event.id, one.event.customer.email])

    test('the next events of the connection have it at once, and those before it too', async () => {
      await put(bought('b', {}, nobody), 20)
      await answer()
      await put(bought('c', {}, nobody), 30)
      await put(bought('a', {}, nobody), 10)
      expect(await claimWaiting()).toEqual([])
      expect(await customers()).toEqual(
        expect.arrayContaining([
          ['a', contact.email],
          ['b', contact.email],
          ['c', contact.email],
        ]),
      )
    })

    test('it does not change what is known of the connection by its events', async () => {
      await put(linked('a', 'robin'), 10)
      await answer()
      expect(await suite.store.connectionState('c1')).toMatchObject({ customerId: 'robin', email: null })
    })

    test('it is not given to what belongs to another customer', async () => {
      await put(linked('a', 'alex'), 10)
      await put(bought('b', {}, nobody), 15)
      await put(linked('c', 'robin'), 20)
      await put(bought('d', {}, nobody), 25)
      await answer()
      expect(await customers()).toEqual([
        ['a', null],
        ['b', null],
        ['c', contact.email],
        ['d', contact.email],
      ])
    })

    test('when the connection is handed over, it is asked for again', async () => {
      await put(linked('a', 'robin'), 10)
      await answer()
      await put(bought('b', {}, nobody), 20)
      expect(await claimWaiting()).toEqual([])
      await put(linked('c', 'alex'), 30)
      await put(bought('d', {}, nobody), 40)
      expect((await claimWaiting()).map(({ event, contact: known }) => [event.id, known])).toEqual([
        ['c', undefined],
        ['d', undefined],
      ])
    })

    test('an event before the first known customer is not given to a later one', async () => {
      await put(bought('a', {}, nobody), 10)
      await put(linked('b', 'alex'), 20)
      await put(linked('c', 'robin'), 30)
      await answer()
      expect(await customers()).toEqual([
        ['a', null],
        ['b', null],
        ['c', contact.email],
      ])
    })

    test.each([
      ['a whole contact is known for a day', contact, 24 * hourMs],
      ['one that lacks something is asked for again after an hour', { ...contact, mobile: null }, hourMs],
      ['a connection that Subtotal does not know, too', { ...noContact, askedAt: later }, hourMs],
    ])('%s', async (_name, found, knownMs) => {
      const waitingAt = async (id: string, ms: number) => {
        await suite.store.ingest({ events: [{ ...incoming(bought(id, {}, nobody)), receivedAt: later + ms }], destinations })
        return (await claimWaiting({ now: later + ms })).map((one) => one.event.id)
      }
      await put(bought('a', {}, nobody), 1)
      await answer({}, { contact: found })
      expect(await waitingAt('b', knownMs - 1)).toEqual([])
      expect(await waitingAt('c', knownMs)).toEqual(['c'])
    })

    test('an event of a person whose later events are dropped goes as soon as it is known to be theirs', async () => {
      const { person, through } = await planErasure(suite.store, { kind: 'email', value: contact.email ?? '' })
      await suite.store.addErasure({ at: later, actor: 'operator', person, isBlocking: true, through })
      await put(bought('a', {}, nobody), 1)
      await answer()
      expect(await suite.store.stats()).toMatchObject({ events: 0, enrichments: { waiting: 0 } })
      expect(await suite.counts('braze')).toMatchObject({ pending: 0 })
      expect(await put(bought('b', {}, nobody), 2)).toMatchObject([{ result: 'ignored' }])
    })

    test('dead letters of the connection that wanted for it are replayed', async () => {
      const world = identityWorld(() => suite.store, { braze: 'email', klaviyo: 'id' }, later)
      await put(bought('a', {}, { ...nobody, id: 'robin' }), 1)
      await answer({}, {})
      await world.settle()
      expect(world.arrived.map(({ destination, event }) => [destination, event.id])).toEqual([['klaviyo', 'a']])
      await put(bought('b', {}, nobody), 2)
      await answer()
      await world.settle()
      const byEmail = world.arrived.filter(({ destination }) => destination === 'braze')
      expect(byEmail.map(({ event }) => [event.id, event.customer.email])).toEqual([
        ['b', contact.email],
        ['a', contact.email],
      ])
    })

    test('but not those of another customer', async () => {
      const world = identityWorld(() => suite.store, { braze: 'email', klaviyo: 'id' }, later)
      await put(bought('a', {}, { ...nobody, id: 'alex' }), 1)
      await answer({}, {})
      await world.settle()
      await put(linked('b', 'robin'), 2)
      await answer()
      await world.settle()
      expect(world.arrived.map(({ destination, event }) => [destination, event.id, event.customer.id])).toEqual([
        ['klaviyo', 'a', 'alex'],
        ['braze', 'b', 'robin'],
        ['klaviyo', 'b', 'robin'],
      ])
    })

    test('an older answer does not replace a newer one', async () => {
      await put(bought('a', {}, nobody), 1)
      await put(bought('b', {}, nobody), 2)
      const [first, second] = await claimWaiting()
      await settleWaiting(first, done, { contact })
      await settleWaiting(second, done, { contact: { ...contact, email: 'old@shoppers.example', askedAt: later - 1 } })
      await put(bought('c', {}, nobody), 3)
      expect(await customers()).toEqual(expect.arrayContaining([['c', contact.email]]))
    })
  })
}
