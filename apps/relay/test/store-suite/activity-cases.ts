import { describe, expect, test } from 'vitest'
import { activitySteps } from '../../src/activity/activity-range.ts'
import { latencyClass } from '../../src/activity/latency.ts'
import { defaultRetention } from '../../src/retention/retention-settings.ts'
import type { ActivityRow } from '../../src/store/activity-store.ts'
import { receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { event, later, timeout } from './suite-harness.ts'

const hour = 3_600_000

/** What happened, counted by the minute. */
export function activityCases(suite: SuiteHarness): void {
  const list = (range: '1h' | '24h' | '7d' = '1h', now = later): Promise<readonly ActivityRow[]> =>
    suite.store.listActivity(activitySteps(range, now))

  describe('activity', () => {
    test('events are counted when they are stored, and no duplicate is', async () => {
      await suite.ingest(event('a'), event('b'), event('a'))
      await suite.ingest(event('b'))
      expect(await list()).toEqual([{ at: receivedAt, destination: null, kind: 'stored', latency: 0, count: 2 }])
    })

    test('deliveries are counted when they are settled, with how long they took', async () => {
      await suite.ingest(event('a'), event('b'), event('c'), event('d'))
      const [a, b, c, d] = await suite.claim()
      await suite.settle(a?.id, { status: 'delivered' })
      await suite.settle(b?.id, { status: 'skipped', reason: 'switched off' })
      await suite.settle(c?.id, { status: 'dead', failure: timeout, code: 'ERR_MAX_AGE', message: 'Too old.' })
      await suite.settle(d?.id, { status: 'retry', failure: timeout, dueAt: later, isUnknown: false, isUnreadable: false })
      const rows = (await list()).filter((row) => row.destination === 'braze')
      const expected = { at: receivedAt, destination: 'braze', latency: 0, count: 1 }
      expect(rows).toHaveLength(4)
      expect(rows).toEqual(
        expect.arrayContaining([
          { ...expected, kind: 'delivered', latency: latencyClass(1_000) },
          { ...expected, kind: 'skipped' },
          { ...expected, kind: 'dead' },
          { ...expected, kind: 'retried' },
        ]),
      )
    })

    test('what was put back, or is no longer held, is not counted', async () => {
      await suite.ingest(event('a'))
      const [a] = await suite.claim()
      await suite.settle(a?.id, { status: 'delivered' }, 'theirs')
      await suite.settle(a?.id, { status: 'held', dueAt: later, code: null, message: null })
      expect((await list()).map(({ kind }) => kind)).toEqual(['stored'])
    })

    test('a delivery that an operator marks dead is counted', async () => {
      await suite.ingest(event('a'))
      const [a] = await suite.claim({ leaseUntil: later })
      const audit = { at: later + 1, actor: 'operator', action: 'dead', subject: 'delivery' }
      await suite.store.markDead({ deliveryId: a?.id ?? '', message: 'No.', audit })
      expect(await list()).toContainEqual({ at: receivedAt, destination: 'braze', kind: 'dead', latency: 0, count: 1 })
    })

    test('answers that were counted elsewhere are added up', async () => {
      await suite.store.countActivity([{ at: later, kind: 'unauthorized', count: 2 }])
      await suite.store.countActivity([{ at: later, kind: 'unauthorized', count: 3 }])
      expect(await list()).toEqual([{ at: receivedAt, destination: null, kind: 'unauthorized', latency: 0, count: 5 }])
    })

    test('over a longer time the same is counted in longer steps', async () => {
      const counted = [later - 6 * 24 * hour, later - 2 * hour, later].map((at) => ({ at, kind: 'duplicate' as const, count: 1 }))
      await suite.store.countActivity(counted)
      const total = async (range: '1h' | '24h' | '7d'): Promise<number> =>
        (await list(range)).reduce((sum, { count }) => sum + count, 0)
      expect([await total('1h'), await total('24h'), await total('7d')]).toEqual([1, 2, 3])
      for (const { at } of await list('7d')) expect(at % (2 * hour)).toBe(0)
    })

    test('what is older than can be looked at is removed in time', async () => {
      await suite.store.countActivity([{ at: later, kind: 'duplicate', count: 1 }])
      const retain = async (now: number): Promise<void> => {
        while (!(await suite.store.retain({ now, settings: defaultRetention })).isEnd);
      }
      await retain(later + 24 * hour)
      expect(await list()).toHaveLength(1)
      await retain(later + 26 * hour)
      expect(await list()).toHaveLength(0)
      expect(await list('7d')).toHaveLength(1)
      await retain(later + 8 * 24 * hour)
      expect(await list('7d')).toHaveLength(0)
    })
  })
}
