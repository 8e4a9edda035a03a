import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { createSteadyClock } from './steady-clock.ts'

const hourMs = 3_600_000

test('it is the time of day until that is put back', async () => {
  const clock = createVirtualClock(0)
  const steady = createSteadyClock(clock)
  await clock.advance(5)
  expect(steady.now()).toBe(5)
  clock.jump(hourMs)
  expect(steady.now()).toBe(hourMs + 5)
  clock.jump(-hourMs)
  await clock.advance(5)
  expect(steady.now()).toBe(hourMs + 10)
})

test('it never goes back, and is never behind the time of day', async () => {
  const steps = fc.array(fc.record({ jump: fc.integer({ min: -hourMs, max: hourMs }), pass: fc.integer({ min: 0, max: 1_000 }) }))
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      let [now, elapsed] = [0, 0.4]
      const steady = createSteadyClock({
        now: () => now,
        elapsed: () => elapsed,
        setTimeout: () => ({ cancel: () => undefined }),
      })
      let last = steady.now()
      for (const { jump, pass } of taken) {
        now += jump + pass
        elapsed += pass
        expect(steady.now()).toBeGreaterThanOrEqual(Math.max(last + pass, now) - 1)
        last = steady.now()
        expect(Number.isInteger(last)).toBe(true)
      }
    }),
  )
})
