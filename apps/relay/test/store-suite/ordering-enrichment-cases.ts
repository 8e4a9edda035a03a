import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import type { KnownContact } from '../../src/enrichment/contact.ts'
import { planErasure } from '../../src/operations/plan-erasure.ts'
import type { EnrichmentVerdict } from '../../src/store/enrichment-store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { later } from './suite-harness.ts'

const robin = { id: 'robin', email: 'robin@shoppers.example', mobile: '+15555550100' }
const nobody = { id: null, email: null, mobile: null }
const contact: KnownContact = { askedAt: later, customerId: 'robin', ...robin, retailer: null, isSimulated: false }
const done: EnrichmentVerdict = { status: 'done' }
const dead: EnrichmentVerdict = { status: 'dead', code: 'ERR_SUBTOTAL_NOT_FOUND', message: 'No such connection.' }

/** The order of customers where events wait to be completed. `braze` is ordered. */
export function orderingEnrichmentCases(suite: SuiteHarness): void {
  /** Events of connection `c1`, one second after the other. `isWhole`: it does not wait to be completed. */
  const put = (id: string, customer: SubtotalEvent['customer'], second: number, isWhole = false) => {
    const event = makeConnectionEvent('connection.unauthenticated', { id, customer, connection: { id: 'c1' } })
    const events = [incoming(event, receivedAt - 60_000 + second * 1_000)]
    return suite.store.ingest({ events, destinations: ['braze'], isWhole })
  }
  const claim = () => suite.claimAll()
  const complete = async (verdict: EnrichmentVerdict, found = {}) => {
    const waiting = await suite.store.claimEnrichments({
      now: later,
      limit: 9,
      leaseUntil: later + 1,
      leaseToken: 'mine',
      onlyExpired: false,
    })
    const settlements = waiting.map(({ id }) => ({ id, found, verdict }))
    await suite.store.settleEnrichments({ now: later, leaseToken: 'mine', settlements })
  }
  const reasonOf = async (eventId: string) => (await suite.store.findEvent(eventId))?.deliveries[0]?.reason
  const deliver = async (eventId: string) => {
    const [delivery] = (await suite.store.findEvent(eventId))?.deliveries ?? []
    await suite.settle(delivery?.id, { status: 'delivered' })
  }

  describe('order of a customer whose event waits to be completed', () => {
    test('the later ones wait with it', async () => {
      await put('a', nobody, 1)
      await put('b', nobody, 2, true)
      expect(await claim()).toEqual([])
      expect(await reasonOf('b')).toBe('waits for an earlier event of the same customer: a')
      expect(await suite.store.nextDueAt('braze')).toBeNull()
      expect((await suite.store.stats()).destinations.map((one) => one.nextDueAt)).toEqual([null])
      await complete(done)
      expect(await claim()).toEqual(['a'])
      await deliver('a')
      expect(await claim()).toEqual(['b'])
    })

    test('they go on when it cannot be completed', async () => {
      await put('a', nobody, 1)
      await put('b', nobody, 2, true)
      await claim()
      await complete(dead)
      expect(await claim()).toEqual(['b'])
    })

    test('they go on when it is of a person whose events are dropped, which shows only now', async () => {
      const { person, through } = await planErasure(suite.store, { kind: 'email', value: robin.email })
      await suite.store.addErasure({ at: later, actor: 'operator', person, isBlocking: true, through })
      await put('a', nobody, 1)
      await put('b', nobody, 2, true)
      await claim()
      await complete(done, { contact })
      expect(await suite.store.findEvent('a')).toBeUndefined()
      expect(await claim()).toEqual(['b'])
    })

    test('once its customer is known it is in order with theirs, and no longer with those of nobody', async () => {
      await put('of nobody', nobody, 1)
      await put('nobody too', nobody, 2, true)
      await put('first of robin', robin, 0)
      expect(await claim()).toEqual(['first of robin'])
      await complete(done, { contact })
      expect(await claim()).toEqual(['nobody too'])
      expect(await reasonOf('of nobody')).toBe('waits for an earlier event of the same customer: first of robin')
      await deliver('first of robin')
      expect(await claim()).toEqual(['of nobody'])
    })
  })
}
