import { expect, test } from 'vitest'
import { dueFloors } from './due-floors.ts'

const begunAt = 1_000_000

/** Floors with a clock that is moved by hand. */
function start() {
  let now = 0
  const floors = dueFloors({ elapsed: () => now })
  return {
    of: () => floors.of('one'),
    pass(ms: number) {
      now += ms
    },
    look(tookMs: number) {
      const startedAt = floors.elapsed()
      now += tookMs
      floors.seen('one', { begunAt, startedAt })
    },
    floors,
  }
}

test('everything is looked at as long as that is quick', () => {
  const one = start()
  expect(one.of()).toBe(0)
  one.look(4)
  expect(one.of()).toBe(0)
})

test('after a slow look only what became due lately is looked at, for fifty times as long as it took', () => {
  const one = start()
  one.look(20)
  expect(one.of()).toBe(begunAt - 10_000)
  expect(one.floors.of('other')).toBe(0)
  one.pass(999)
  expect(one.of()).toBe(begunAt - 10_000)
  one.pass(1)
  expect(one.of()).toBe(0)
})

test('ten seconds at most, and no longer once looks are quick again', () => {
  const one = start()
  one.look(5_000)
  one.pass(9_999)
  expect(one.of()).toBeGreaterThan(0)
  one.pass(1)
  expect(one.of()).toBe(0)
  one.look(1)
  expect(one.of()).toBe(0)
})
