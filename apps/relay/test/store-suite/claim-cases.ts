import { describe, expect, test } from 'vitest'
import type { SuiteHarness } from './suite-harness.ts'
import { event, later, timeout } from './suite-harness.ts'

/** How deliveries are leased. */
export function claimCases(suite: SuiteHarness): void {
  describe('claim', () => {
    test('the longest due come first, and no more than asked for', async () => {
      await suite.ingest(event('a'), event('b'), event('c'))
      expect((await suite.claim({ limit: 2 })).map((one) => one.event.id)).toEqual(['a', 'b'])
    })

    test('it says whether more may be due', async () => {
      await suite.ingest(event('a'), event('b'))
      const request = { destination: 'braze', now: later, maxBytes: 1e9, leaseUntil: later + 1, leaseToken: 'mine' }
      expect((await suite.store.claim({ ...request, limit: 1 })).isFull).toBe(true)
      expect((await suite.store.claim({ ...request, limit: 1 })).isFull).toBe(false)
    })

    test('it ends at the size asked for, and takes at least one', async () => {
      await suite.ingest(event('a'), event('b'))
      expect(await suite.claim({ maxBytes: 1 })).toHaveLength(1)
    })

    test('what is claimed is not claimed again while its lease lasts', async () => {
      await suite.ingest(event('a'))
      expect(await suite.claim()).toHaveLength(1)
      expect(await suite.claim({ now: later + 59_999, leaseToken: 'other' })).toEqual([])
      expect(await suite.claim({ now: later + 60_000, leaseToken: 'other' })).toHaveLength(1)
    })

    test('a renewed lease lasts longer, and nobody else can renew it', async () => {
      await suite.ingest(event('a'))
      const [held] = await suite.claim()
      const deliveryIds = [held?.id ?? '']
      await suite.store.renew({ deliveryIds, leaseToken: 'other', now: later, leaseUntil: later + 90_000 })
      expect(await suite.store.nextDueAt('braze')).toBe(later + 60_000)
      await suite.store.renew({ deliveryIds, leaseToken: 'mine', now: later, leaseUntil: later + 90_000 })
      expect(await suite.claim({ now: later + 60_000, leaseToken: 'other' })).toEqual([])
    })

    test('what is due later is not claimed, and its time is known', async () => {
      await suite.ingest(event('a'))
      const [held] = await suite.claim()
      await suite.settle(held?.id, {
        status: 'retry',
        failure: timeout,
        dueAt: later + 5_000,
        isUnknown: false,
        isUnreadable: false,
      })
      expect(await suite.claim({ now: later + 4_999 })).toEqual([])
      expect(await suite.store.nextDueAt('braze')).toBe(later + 5_000)
      expect(await suite.claim({ now: later + 5_000 })).toHaveLength(1)
    })

    test('what a process that has ended held is free in time', async () => {
      await suite.ingest(event('a'))
      await suite.claim()
      await suite.reopen(later + 1)
      expect(await suite.claim({ now: suite.freedAt, leaseUntil: suite.freedAt + 60_000, leaseToken: 'other' })).toHaveLength(1)
      expect(await suite.settle('1', { status: 'delivered' })).toEqual({ stale: 1 })
    })
  })
}
