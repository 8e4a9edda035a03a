import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Store, Verdict } from '../../src/store/store.ts'
import { receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { event, later, timeout } from './suite-harness.ts'

/** How outcomes are recorded. */
export function settleCases(suite: SuiteHarness): void {
  describe('settle', () => {
    test.each([
      [{ status: 'delivered' }, { status: 'delivered', attempts: 1, error: null }],
      [
        { status: 'skipped', reason: 'switched off' },
        { status: 'skipped', attempts: 0, reason: 'switched off' },
      ],
      [
        { status: 'dead', failure: timeout, code: 'ERR_MAX_AGE', message: 'Too old.' },
        { status: 'dead', attempts: 1, error: { code: 'ERR_MAX_AGE', message: 'Too old.' } },
      ],
    ] satisfies [Verdict, object][])('%o is final', async (verdict, expected) => {
      await suite.ingest(event('a'))
      const [held] = await suite.claim()
      expect(await suite.settle(held?.id, verdict)).toEqual({ stale: 0 })
      const detail = await suite.store.findEvent('a')
      expect(detail?.deliveries[0]).toMatchObject({ ...expected, settledAt: later, dueAt: null })
      expect(await suite.claim({ now: later + 1e9 })).toEqual([])
      expect(await suite.counts('braze')).toMatchObject({ pending: 0, [verdict.status]: 1 })
    })

    test('a retry keeps the failed attempt and what it means for later ones', async () => {
      await suite.ingest(event('a'))
      const [held] = await suite.claim()
      await suite.settle(held?.id, { status: 'retry', failure: timeout, dueAt: later + 1, isUnknown: true, isUnreadable: true })
      const [again] = await suite.claim({ now: later + 1 })
      expect(again).toMatchObject({ attempts: 1, unknownOutcomes: 1, unreadableAnswers: 1, pendingSince: receivedAt })
      const detail = await suite.store.findEvent('a')
      expect(detail?.deliveries[0]?.failedAttempts).toEqual([{ number: 1, at: later, ...timeout }])
      expect(await suite.counts('braze')).toMatchObject({ pending: 1 })
    })

    test('what is held is due when told, and no attempt is counted', async () => {
      await suite.ingest(event('a'))
      const [held] = await suite.claim()
      await suite.settle(held?.id, { status: 'held', dueAt: held?.dueAt ?? 0, code: 'ERR_RATE_LIMITED', message: 'Later.' })
      expect(await suite.claim()).toMatchObject([{ attempts: 0, dueAt: receivedAt }])
    })

    test('a delivery that is delivered after failures shows no error, and keeps its attempts', async () => {
      await suite.ingest(event('a'))
      const [held] = await suite.claim()
      await suite.settle(held?.id, { status: 'retry', failure: timeout, dueAt: later, isUnknown: false, isUnreadable: false })
      await suite.claim()
      await suite.settle(held?.id, { status: 'delivered' })
      const [delivery] = (await suite.store.findEvent('a'))?.deliveries ?? []
      expect(delivery).toMatchObject({ status: 'delivered', attempts: 2, error: null, failedAttempts: [{ number: 1 }] })
    })

    test('a holder that lost its lease changes nothing, and is told', async () => {
      await suite.ingest(event('a'))
      const [held] = await suite.claim({ leaseUntil: later + 1 })
      await suite.claim({ now: later + 1, leaseToken: 'other' })
      expect(await suite.settle(held?.id, { status: 'delivered' })).toEqual({ stale: 1 })
      expect(await suite.settle(held?.id, { status: 'delivered' }, 'other')).toEqual({ stale: 0 })
      expect(await suite.settle(held?.id, { status: 'delivered' }, 'other')).toEqual({ stale: 1 })
    })

    test('counts are those of the deliveries, whatever happens', async () => {
      const verdict = fc.constantFrom<Verdict>(
        { status: 'delivered' },
        { status: 'skipped', reason: 'off' },
        { status: 'dead', failure: timeout, code: 'ERR_TIMEOUT', message: '' },
        { status: 'held', dueAt: later, code: null, message: null },
        { status: 'retry', failure: timeout, dueAt: later, isUnknown: false, isUnreadable: false },
      )
      let next = 0
      await fc.assert(
        fc.asyncProperty(fc.array(verdict, { maxLength: 12 }), async (verdicts) => {
          next += 1
          await suite.ingest(...verdicts.map((_verdict, index) => event(`n${next}-${index}`)))
          const held = await suite.claim({ limit: verdicts.length || 1 })
          const settlements = held.flatMap((one, index) => {
            const chosen = verdicts[index]
            return chosen === undefined ? [] : [{ deliveryId: one.id, verdict: chosen }]
          })
          await suite.store.settle({ leaseToken: 'mine', now: later, settlements })
        }),
        { numRuns: 25 },
      )
      const seen = { pending: 0, delivered: 0, skipped: 0, dead: 0 }
      for (const delivery of await allDeliveries(suite.store, 'braze')) seen[delivery.status] += 1
      expect(await suite.counts('braze')).toEqual(seen)
    })
  })
}

async function allDeliveries(store: Store, destination: string) {
  const { items } = await store.listDeliveries({ destination }, { limit: 100_000 })
  return items
}
