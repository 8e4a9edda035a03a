import { describe, expect, test } from 'vitest'
import type { SuiteHarness } from './suite-harness.ts'
import { later } from './suite-harness.ts'

/** How pauses of lanes are kept. */
export function lanesCases(suite: SuiteHarness): void {
  describe('paused lanes', () => {
    test('are kept until they are resumed, also after the store was opened again', async () => {
      await suite.store.pauseLane({ destination: 'klaviyo', pausedAt: later, reason: 'the brand moves' })
      await suite.store.pauseLane({ destination: 'braze', pausedAt: later, reason: 'too much' })
      await suite.reopen(later)
      expect(await suite.store.lanePauses()).toEqual([
        { destination: 'braze', pausedAt: later, reason: 'too much' },
        { destination: 'klaviyo', pausedAt: later, reason: 'the brand moves' },
      ])
      await suite.store.resumeLane('braze')
      expect(await suite.store.lanePauses()).toMatchObject([{ destination: 'klaviyo' }])
    })

    test('the last pause of a lane is the one that is kept', async () => {
      await suite.store.pauseLane({ destination: 'braze', pausedAt: later, reason: 'one' })
      await suite.store.pauseLane({ destination: 'braze', pausedAt: later + 1, reason: 'two' })
      expect(await suite.store.lanePauses()).toEqual([{ destination: 'braze', pausedAt: later + 1, reason: 'two' }])
    })

    test('resuming what is not paused changes nothing', async () => {
      await suite.store.resumeLane('braze')
      expect(await suite.store.lanePauses()).toEqual([])
    })
  })
}
