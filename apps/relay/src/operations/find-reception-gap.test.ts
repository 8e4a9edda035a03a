import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findReceptionGap } from './find-reception-gap.ts'

const hour = 3_600_000
const retries = 17 * hour + 35 * 60_000
const now = Date.parse('2026-11-20T12:00:00Z')

/** Finds it in webhooks that came so many hours ago, told in parts of three. */
function find(...hoursAgo: readonly number[]): Promise<number | null> {
  const times = hoursAgo.map((ago) => now - ago * hour)
  return findReceptionGap(
    {
      async surveyReceipts(before) {
        const end = before ?? times.length
        const start = Math.max(0, end - 3)
        return { times: times.slice(start, end).toReversed(), next: start === 0 ? null : start }
      },
    },
    now,
  )
}

const since = (hoursAgo: number): number => now - hoursAgo * hour - retries

test('a gap is longer than Subtotal retries', async () => {
  expect(await find(40, 30, 20, 10, 1)).toBeNull()
  expect(await find(30, 17.5)).toBeNull()
  expect(await find(60, 50, 30, 20, 10)).toBe(since(50))
})

test('it may reach to now', async () => {
  expect(await find(40, 30, 20)).toBe(since(20))
})

test('of several the first counts, within 30 days', async () => {
  expect(await find(300, 250, 240, 100, 90, 80)).toBe(since(300))
  expect(await find(31 * 24, 30.5 * 24, 29 * 24, ...Array.from({ length: 58 }, (_, index) => 29 * 24 - index * 12))).toBe(
    since(30.5 * 24),
  )
  expect(await find(60 * 24, 40 * 24, ...Array.from({ length: 80 }, (_, index) => 40 * 24 - (index + 1) * 12))).toBeNull()
})

test('without any webhook nothing was missed', async () => {
  expect(await find()).toBeNull()
})

test('the order in which they were stored does not matter', async () => {
  const recent = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(recent, async (hoursAgo) => {
      const sorted = await find(...hoursAgo.toSorted((one, other) => other - one))
      expect(await find(...hoursAgo)).toBe(sorted)
    }),
  )
})
