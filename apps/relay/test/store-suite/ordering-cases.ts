import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { planErasure } from '../../src/operations/plan-erasure.ts'
import type { Verdict } from '../../src/store/store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { later, timeout } from './suite-harness.ts'

const nobody = { id: null, email: null, mobile: null }

/** An event of a customer; without one, of a connection that nobody is known of. */
function of(customerId: string | null, id: string, connectionId = 'c1'): SubtotalEvent {
  return makeConnectionEvent('account.connected', {
    id,
    connection: { id: connectionId },
    customer: { ...nobody, id: customerId },
  })
}

/** How the events of a customer keep their order at `braze`; at `klaviyo` they keep none. */
export function orderingCases(suite: SuiteHarness): void {
  /** Stores events that happened one second after the other, in the order of `happened`. */
  const put = (events: readonly SubtotalEvent[], happened: readonly SubtotalEvent[] = events) =>
    suite.store.ingest({
      events: events.map((event) => incoming(event, receivedAt - 60_000 + 1_000 * happened.indexOf(event))),
      destinations: ['braze', 'klaviyo'],
    })
  const claim = suite.claimAll
  const find = async (eventId: string) => {
    const detail = await suite.store.findEvent(eventId)
    return detail?.deliveries.find((one) => one.destination === 'braze')
  }
  const settle = async (eventId: string, verdict: Verdict) => suite.settle((await find(eventId))?.id, verdict)
  const retryAt = (dueAt: number): Verdict => ({
    status: 'retry',
    failure: timeout,
    dueAt,
    isUnknown: false,
    isUnreadable: false,
  })
  const audit = { at: later, actor: 'operator', action: 'dead', subject: 'delivery' }
  const [a, b, c] = [of('robin', 'a'), of('robin', 'b'), of('robin', 'c')]

  describe('order of a customer', () => {
    test('one at a time, by the time at Subtotal, whatever order they came in', async () => {
      await put([c, a, b], [a, b, c])
      expect(await claim()).toEqual(['a'])
      expect(await claim()).toEqual([])
      await settle('a', { status: 'delivered' })
      expect(await claim()).toEqual(['b'])
      await settle('b', { status: 'skipped', reason: 'Switched off.' })
      expect(await claim()).toEqual(['c'])
    })

    test('other customers, other destinations, and connections of nobody are not kept waiting', async () => {
      await put([a, b, of('alex', 'd'), of(null, 'e', 'c2'), of(null, 'f', 'c2'), of(null, 'g', 'c3')])
      expect(await claim()).toEqual(['a', 'd', 'e', 'g'])
      expect(await claim({ destination: 'klaviyo' })).toEqual(['a', 'b', 'd', 'e', 'f', 'g'])
    })

    test('an id of a customer is not taken for that of a connection', async () => {
      await put([of('c9', 'a', 'c1'), of(null, 'b', 'c9')])
      expect(await claim()).toEqual(['a', 'b'])
    })

    test('one that waits for its retry keeps the later ones waiting, which say for what', async () => {
      await put([a, b])
      await claim()
      await settle('a', retryAt(later + 5_000))
      expect(await claim({ now: later + 4_999 })).toEqual([])
      expect(await suite.store.nextDueAt('braze')).toBe(later + 5_000)
      expect(await find('b')).toMatchObject({
        status: 'pending',
        dueAt: null,
        reason: 'waits for an earlier event of the same customer: a',
      })
      const { items } = await suite.store.listDeliveries({ event: 'b', destination: 'braze' }, { limit: 1 })
      expect(items).toMatchObject([{ dueAt: null, reason: 'waits for an earlier event of the same customer: a' }])
      expect(await claim({ now: later + 5_000 })).toEqual(['a'])
      expect(await suite.counts('braze')).toMatchObject({ pending: 2 })
    })

    test('a lane does not wake for what waits, and what waits is not due', async () => {
      await put([a, b])
      await claim()
      expect(await suite.store.nextDueAt('braze')).toBe(later + 60_000)
      const { destinations } = await suite.store.stats()
      expect(destinations.find((one) => one.destination === 'braze')?.nextDueAt).toBe(later + 60_000)
    })

    test('a dead letter lets the next one go, and the place in the queue is kept', async () => {
      await put([a, b])
      await claim()
      await settle('a', { status: 'dead', failure: timeout, code: 'ERR_REJECTED', message: 'No.' })
      expect(await suite.store.nextDueAt('braze')).toBe(receivedAt)
      expect(await claim()).toEqual(['b'])
    })

    test('what an operator marks dead lets the next one go', async () => {
      await put([a, b])
      await claim()
      await settle('a', retryAt(later + 5_000))
      await claim()
      await suite.store.markDead({ deliveryId: (await find('a'))?.id ?? '', message: 'No.', audit })
      expect(await claim()).toEqual(['b'])
    })

    test('one that waits can be marked dead, and holds up nobody', async () => {
      await put([a, b, c])
      await claim()
      expect(await suite.store.markDead({ deliveryId: (await find('b'))?.id ?? '', message: 'No.', audit })).toBe('marked')
      expect(await find('b')).toMatchObject({ status: 'dead', reason: null })
      await settle('a', { status: 'delivered' })
      expect(await claim()).toEqual(['c'])
    })

    test('an earlier one that comes late goes next, but not while a later one is being attempted', async () => {
      await put([b, c], [a, b, c])
      expect(await claim()).toEqual(['b'])
      await put([a], [a, b, c])
      expect(await claim()).toEqual([])
      expect((await find('a'))?.reason).toBe('waits until a later event of the same customer has been attempted')
      await settle('b', retryAt(later + 1))
      expect(await claim({ now: later + 1 })).toEqual(['a'])
      expect((await find('b'))?.reason).toBe('waits for an earlier event of the same customer: a')
      await settle('a', { status: 'delivered' })
      expect(await claim({ now: later + 1 })).toEqual(['b'])
    })

    test('after the process that attempted one ended, what waits goes on', async () => {
      await put([b], [a, b])
      await claim()
      await put([a], [a, b])
      await claim()
      await suite.reopen(later + 1)
      expect(await claim({ now: suite.freedAt, leaseUntil: suite.freedAt + 60_000 })).toEqual(['a'])
    })

    test('an ended lease keeps nobody waiting for ever', async () => {
      await put([b], [a, b])
      await claim()
      await put([a], [a, b])
      await claim()
      const end = { now: later + 60_000, leaseUntil: later + 120_000, leaseToken: 'other' }
      expect(await claim(end)).toEqual(['a'])
      await suite.settle((await find('a'))?.id, { status: 'delivered' }, 'other')
      expect(await claim(end)).toEqual(['b'])
    })

    test('what was given back is claimed again, before the later ones', async () => {
      await put([a, b])
      await claim()
      await settle('a', { status: 'held', dueAt: receivedAt, code: null, message: null })
      expect(await claim()).toEqual(['a'])
    })

    test('a replay of an earlier one goes before what waits', async () => {
      await put([a, b])
      await claim()
      await settle('a', { status: 'dead', failure: timeout, code: 'ERR_REJECTED', message: 'No.' })
      const selection = { kind: 'deliveries', filter: { status: 'dead' }, repeatDelivered: false } as const
      const through = await suite.store.replayEnd('deliveries')
      await suite.store.addReplay({ at: later, actor: 'operator', selection, through, planned: new Map([['braze', 9]]) })
      await suite.store.advanceReplay({ destination: 'braze', limit: 9, now: later })
      expect(await claim()).toEqual(['a'])
      await settle('a', { status: 'delivered' })
      expect(await claim()).toEqual(['b'])
    })

    test('an erasure of what others wait for lets them go', async () => {
      const [first, second] = [of('robin', 'a', 'c1'), of(null, 'b', 'c1')]
      await put([first, second, of(null, 'x', 'c2'), of(null, 'y', 'c2')])
      expect(await claim()).toEqual(['a', 'x'])
      await settle('x', retryAt(later + 5_000))
      await claim()
      const { person, through } = await planErasure(suite.store, { kind: 'customer', value: 'robin' })
      await suite.store.addErasure({ at: later, actor: 'operator', person, isBlocking: false, through })
      await settle('a', retryAt(later + 5_000))
      for (let isDone = false; !isDone; ) isDone = (await suite.store.advanceErasures({ now: later })) === undefined
      expect(await suite.store.findEvent('a')).toBeUndefined()
      expect(await claim({ now: later + 5_000 })).toEqual(['x'])
    })

    test('many of one customer cost a claim no more than its limit', async () => {
      const many = Array.from({ length: 25 }, (_, index) => of('robin', `e${String(index).padStart(2, '0')}`))
      await put(many.toReversed(), many)
      const request = {
        destination: 'braze',
        now: later,
        limit: 5,
        maxBytes: 1e9,
        leaseUntil: later + 60_000,
        leaseToken: 'mine',
      }
      const sizes: number[] = []
      for (let isFull = true; isFull; ) {
        const claimed = await suite.store.claim(request)
        sizes.push(claimed.deliveries.length)
        isFull = claimed.isFull
      }
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1)
      expect(sizes.length).toBeGreaterThan(3)
    })
  })
}

/** What becomes of what is pending when the order of a destination is switched on or off between two starts. */
export function orderingSwitchCases(suite: SuiteHarness, reopenWith: (ordered: readonly string[]) => Promise<void>): void {
  const put = (...ids: readonly string[]) =>
    suite.store.ingest({
      events: ids.map((id, index) => incoming(of('robin', id), receivedAt - index * 1_000)),
      destinations: ['braze'],
    })
  const claim = suite.claimAll
  /** When nothing that was claimed before is held any more. */
  const afterwards = { now: later + 60_000, leaseUntil: later + 120_000 }

  describe('order of a customer, switched', () => {
    const many = Array.from({ length: 2_500 }, (_, index) => `e${index}`)

    test('on: what is pending is put in order before anything goes', async () => {
      await put(...many)
      await reopenWith(['braze'])
      expect(await claim()).toEqual(['e2499'])
      await put('later')
      expect(await claim()).toEqual([])
    })

    test('on: what was delivered before is in order when it is replayed', async () => {
      await put('b', 'a')
      for (const id of await claim()) {
        await suite.settle((await suite.store.findEvent(id))?.deliveries[0]?.id, { status: 'delivered' })
      }
      await reopenWith(['braze'])
      expect(await claim()).toEqual([])
      const selection = { kind: 'deliveries', filter: { status: 'delivered' }, repeatDelivered: true } as const
      const through = await suite.store.replayEnd('deliveries')
      await suite.store.addReplay({ at: later, actor: 'operator', selection, through, planned: new Map([['braze', 9]]) })
      await suite.store.advanceReplay({ destination: 'braze', limit: 9, now: later })
      expect(await claim()).toEqual(['a'])
    })

    test('off: what waits goes', async () => {
      await reopenWith(['braze'])
      await put(...many)
      expect(await claim()).toEqual(['e2499'])
      await reopenWith([])
      expect(new Set(await claim(afterwards))).toEqual(new Set(many))
      expect((await suite.store.findEvent('e1'))?.deliveries[0]?.reason).toBeNull()
    })

    test('off and on again: nothing is left waiting', async () => {
      await reopenWith(['braze'])
      await put('c', 'b', 'a')
      expect(await claim()).toEqual(['a'])
      await reopenWith([])
      await put('d')
      await reopenWith(['braze'])
      expect(await claim(afterwards)).toEqual(['a'])
      const [delivery] = (await suite.store.findEvent('a'))?.deliveries ?? []
      await suite.settle(delivery?.id, { status: 'delivered' })
      expect(await claim()).toEqual(['b'])
    })
  })
}
