import type { RequestRate } from '@subtotal-connectors/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RateBudget } from './rate-budget.ts'
import { createRateBudget } from './rate-budget.ts'

const minuteMs = 60_000

/** Begins a call whenever one is allowed, and says when each began. */
function callsOf(budget: RateBudget, from: number, until: number): readonly number[] {
  const begun: number[] = []
  for (let now = from; ; ) {
    const wait = budget.waitMs(now)
    if (wait === 0) {
      budget.take(now)
      begun.push(now)
    } else now += wait
    if (now >= until) return begun
  }
}

describe('pace', () => {
  test('in no period more calls begin than any of the rates allows, and most of what is allowed is used', () => {
    const rate = fc.record({ requests: fc.integer({ min: 1, max: 200 }), perMs: fc.constantFrom(1_000, 3_000, minuteMs) })
    fc.assert(
      fc.property(fc.array(rate, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 10_000 }), (rates, start) => {
        const begun = callsOf(createRateBudget(rates), start, start + 2 * minuteMs)
        for (const { requests, perMs } of rates) {
          for (const [index, at] of begun.entries()) {
            expect((begun[index + requests] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(perMs)
          }
        }
        const perMinute = Math.min(...rates.map(({ requests, perMs }) => (requests * minuteMs) / perMs))
        expect(begun.length).toBeGreaterThan(perMinute * 2 * 0.85 - 1)
      }),
      { numRuns: 50 },
    )
  })

  test('less than one a second is possible', () => {
    expect(callsOf(createRateBudget([{ requests: 0.5, perMs: 1_000 }]), 0, 7_000)).toEqual([0, 2_000, 4_000, 6_000])
  })

  test('without a documented rate nothing waits', () => {
    expect(createRateBudget([]).waitMs(0)).toBe(0)
  })
})

describe('a destination that asks for less', () => {
  const rates: readonly RequestRate[] = [{ requests: 10, perMs: 1_000 }]

  test('gets half, and half of that again', () => {
    const budget = createRateBudget(rates)
    budget.slowDown(0, minuteMs)
    expect(budget.factor(0)).toBe(0.5)
    expect(callsOf(budget, 0, 1_000)).toEqual([0, 200, 400, 600, 800])
    budget.slowDown(1_000, minuteMs)
    expect(budget.factor(1_000)).toBe(0.25)
  })

  test('gets a 64th at least', () => {
    const budget = createRateBudget(rates)
    for (let times = 0; times < 20; times += 1) budget.slowDown(0, 0)
    expect(budget.factor(0)).toBe(1 / 64)
  })

  test('gets a tenth more each minute from when it may be called again, and at least nine tenths after ten minutes', () => {
    const budget = createRateBudget(rates)
    for (let times = 0; times < 20; times += 1) budget.slowDown(0, 5 * minuteMs)
    expect(budget.factor(5 * minuteMs)).toBe(1 / 64)
    expect(budget.factor(6 * minuteMs)).toBeCloseTo(1 / 64 + 0.1)
    expect(budget.factor(14 * minuteMs)).toBeGreaterThanOrEqual(0.9)
    expect(budget.factor(60 * minuteMs)).toBe(1)
  })
})

test('clocks that are a little apart are paid for each moment once', () => {
  const budget = createRateBudget([{ requests: 50, perMs: 1_000 }])
  let calls = 0
  for (let at = 60_000; at < 70_000; at += 10) {
    const now = at + (at % 20 === 0 ? 10 : -10)
    while (budget.waitMs(now) === 0) {
      budget.take(now)
      calls += 1
    }
  }
  expect(calls).toBeLessThanOrEqual(10 * 50 + 5)
})

test('a clock that was put back far goes on from there', () => {
  const budget = createRateBudget([{ requests: 50, perMs: 1_000 }])
  while (budget.waitMs(1_000_000) === 0) budget.take(1_000_000)
  expect(budget.waitMs(500_000)).toBeGreaterThan(0)
  expect(budget.waitMs(501_000)).toBe(0)
})
