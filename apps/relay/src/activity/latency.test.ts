import fc from 'fast-check'
import { expect, test } from 'vitest'
import { latencyClass, latencyQuantile } from './latency.ts'

function quantile(latencies: readonly number[], part: number): number | null {
  const counts = new Map<number, number>()
  for (const ms of latencies) counts.set(latencyClass(ms), (counts.get(latencyClass(ms)) ?? 0) + 1)
  return latencyQuantile(counts, part)
}

test('of nothing there is no latency', () => {
  expect(quantile([], 0.5)).toBeNull()
})

test('it is estimated within the class of the true one', () => {
  const anyLatencies = fc.array(fc.integer({ min: 0, max: 259_200_000 }), { minLength: 1, maxLength: 200 })
  const property = fc.property(anyLatencies, fc.constantFrom(0.5, 0.99), (latencies, part) => {
    const sorted = latencies.toSorted((one, other) => one - other)
    const truth = sorted[Math.ceil(part * sorted.length) - 1] ?? 0
    expect(latencyClass(quantile(latencies, part) ?? -1)).toBe(latencyClass(truth))
  })
  fc.assert(property)
})

test('the slowest hundredth is seen apart from the rest', () => {
  const latencies = [...Array.from({ length: 98 }, () => 200), 40_000, 40_000]
  expect(quantile(latencies, 0.5)).toBeLessThan(250)
  expect(quantile(latencies, 0.99)).toBeGreaterThan(15_000)
})

test('what took longer than any class is as long as the longest', () => {
  expect(quantile([1e12], 0.5)).toBe(259_200_000)
})
