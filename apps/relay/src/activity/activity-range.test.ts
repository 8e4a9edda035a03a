import fc from 'fast-check'
import { expect, test } from 'vitest'
import { activityRanges, activitySteps } from './activity-range.ts'

test('a range ends with the step under way, and its steps begin at round times', () => {
  const property = fc.property(fc.constantFrom(...activityRanges), fc.integer({ min: 1e12, max: 4e12 }), (range, now) => {
    const { stepMs, since, until } = activitySteps(range, now)
    expect(since % stepMs).toBe(0)
    expect(now).toBeLessThan(until)
    expect(now).toBeGreaterThanOrEqual(until - stepMs)
  })
  fc.assert(property)
})

test.each([
  ['1h', 60],
  ['24h', 96],
  ['7d', 84],
] as const)('%s is %i steps', (range, steps) => {
  const { stepMs, since, until } = activitySteps(range, Date.parse('2026-11-20T12:34:56Z'))
  expect((until - since) / stepMs).toBe(steps)
})
