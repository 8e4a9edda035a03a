import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createArrivals } from './arrivals.ts'

test('what was expected and recorded once is neither missing nor extra', () => {
  const arrivals = createArrivals()
  arrivals.expect('a')
  arrivals.expect('b')
  arrivals.arrive('b')
  arrivals.arrive('a')
  expect(arrivals).toMatchObject({ expected: 2, arrived: 2, missing: 0, extra: 0 })
})

test('what was expected and not recorded is missing, and can be named', () => {
  const arrivals = createArrivals()
  arrivals.expect('a')
  arrivals.expect('b')
  arrivals.arrive('a')
  expect(arrivals.missing).toBe(1)
  expect(arrivals.examples(5)).toEqual(['b'])
})

test('a second arrival and one that nobody expected are extra', () => {
  const arrivals = createArrivals()
  arrivals.expect('a')
  arrivals.arrive('a')
  arrivals.arrive('a')
  arrivals.arrive('stranger')
  expect(arrivals).toMatchObject({ arrived: 1, missing: 0, extra: 2 })
})

test('for any order of arrivals, nothing is counted twice and nothing is forgotten', () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })
  fc.assert(
    fc.property(keys, keys, (sent, recorded) => {
      const arrivals = createArrivals()
      for (const key of sent) arrivals.expect(key)
      for (const key of recorded) arrivals.arrive(key)
      const matched = ['a', 'b', 'c', 'd'].map((key) => Math.min(count(sent, key), count(recorded, key)))
      const arrived = matched.reduce((sum, times) => sum + times, 0)
      expect(arrivals).toMatchObject({ arrived, missing: sent.length - arrived, extra: recorded.length - arrived })
    }),
  )
})

function count(keys: readonly string[], wanted: string): number {
  return keys.filter((key) => key === wanted).length
}
