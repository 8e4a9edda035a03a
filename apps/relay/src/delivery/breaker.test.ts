import { expect, test } from 'vitest'
import { createBreaker } from './breaker.ts'

test('five failed calls in a row open it, four do not', () => {
  const breaker = createBreaker()
  expect([1, 2, 3, 4, 5].map((call) => breaker.record(true, call * 3_600_000))).toEqual([false, false, false, false, true])
})

test('a call that is answered begins the row again', () => {
  const breaker = createBreaker()
  const calls = [true, true, true, true, false, true, true, true, true]
  expect(calls.map((isFailed) => breaker.record(isFailed, 0))).not.toContain(true)
  expect(breaker.failuresInARow()).toBe(4)
})

/** Every second call fails, so that no five fail in a row. */
function alternate(count: number, everyMs: number): readonly boolean[] {
  const breaker = createBreaker()
  return Array.from({ length: count }, (_none, index) => breaker.record(index % 2 === 1, index * everyMs))
}

test('half of twenty calls within a minute open it', () => {
  expect(alternate(20, 1_000).indexOf(true)).toBe(19)
})

test('the same calls in more than a minute do not', () => {
  expect(alternate(200, 3_500)).not.toContain(true)
})

test('less than half does not', () => {
  const breaker = createBreaker()
  const opened = Array.from({ length: 300 }, (_none, index) => breaker.record(index % 3 === 2, index * 100))
  expect(opened).not.toContain(true)
})

test('it keeps no more than a minute of calls in mind, and forgets all when told', () => {
  const breaker = createBreaker()
  for (let call = 0; call < 19; call += 1) breaker.record(call % 2 === 0, call)
  breaker.reset()
  expect(breaker.record(true, 20)).toBe(false)
  expect(breaker.failuresInARow()).toBe(1)
})
