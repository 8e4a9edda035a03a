import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs, defaultRetryPolicy, waitMs } from './retry-policy.ts'

const noJitter = () => 1 - Number.EPSILON
const mostJitter = () => 0

test('waits are 5 s, 15 s, 45 s, 2 min 15, 6 min 45, 20 min 15, then an hour', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((failures) =>
    Math.round(backoffMs(failures, defaultRetryPolicy, noJitter) / 1000),
  )
  expect(waits).toEqual([5, 15, 45, 135, 405, 1215, 3600, 3600, 3600])
})

test('chance shortens a wait by half at most', () => {
  expect(backoffMs(1, defaultRetryPolicy, mostJitter)).toBe(2_500)
})

test('a wait is between half and all of its step, and never more than an hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, chance) => {
      const step = Math.min(3_600_000, 5_000 * 3 ** (failures - 1))
      const wait = backoffMs(failures, defaultRetryPolicy, () => chance)
      expect(wait).toBeGreaterThanOrEqual(step / 2)
      expect(wait).toBeLessThanOrEqual(step)
    }),
  )
})

test.each([
  [Number.POSITIVE_INFINITY, 3_600_000],
  [10 * 365 * 86_400_000, 3_600_000],
  [Number.NaN, 3_600_000],
  [-5, 0],
])('a wish of %s ms is taken for %s ms', (asked, wait) => {
  expect(waitMs(asked, () => 0)).toBe(wait)
})

test('what a destination asks for is never shortened, and lengthened by a tenth at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_600_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (asked, chance) => {
      const wait = waitMs(asked, () => chance)
      expect(wait).toBeGreaterThanOrEqual(asked)
      expect(wait).toBeLessThanOrEqual(asked * 1.1)
    }),
  )
})
