import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rangeOf } from './time-range.ts'

const hour = 3_600_000

/** Events in the order of their receipt, but for a clock that jumps back by up to a day; some positions are gone. */
const rows = fc
  .array(fc.record({ afterMs: fc.integer({ min: -24, max: 48 }), gap: fc.integer({ min: 1, max: 4 }) }), { maxLength: 60 })
  .map((steps) => {
    let position = 0
    let highest = 0
    return steps.map(({ afterMs, gap }) => {
      position += gap
      const receivedAt = highest + afterMs * hour
      highest = Math.max(highest, receivedAt)
      return { position, receivedAt }
    })
  })

const time = fc.integer({ min: 0, max: 60 * 24 }).map((hours) => hours * hour)

test('nothing that was received in the time is outside of its range', () => {
  fc.assert(
    fc.property(rows, fc.record({ since: time, until: time }, { requiredKeys: [] }), (all, times) => {
      const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = times
      const { low, high } = rangeOf(times, {
        newest: all.at(-1)?.position ?? 0,
        receivedFrom: (position) => all.find((row) => row.position >= position)?.receivedAt,
      })
      for (const { position, receivedAt } of all) {
        if (receivedAt >= since && receivedAt <= until) expect(position >= low && position < high).toBe(true)
      }
    }),
  )
})

test('a range is narrow, and found with few looks', () => {
  let looks = 0
  const day = 24 * hour
  const perDay = 100_000
  const { low, high } = rangeOf(
    { since: 400 * day, until: 401 * day },
    {
      newest: 1_000 * perDay,
      receivedFrom(position) {
        looks += 1
        return (position / perDay) * day
      },
    },
  )
  expect([low, high]).toEqual([399 * perDay, expect.closeTo(402 * perDay, -1)])
  expect(looks).toBeLessThan(60)
})
