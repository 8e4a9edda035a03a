import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Found } from './found.ts'
import { toFoundPage } from './found.ts'
import { scanWindows } from './scan-windows.ts'

const hour = 3_600_000

interface Row {
  readonly position: number
  readonly receivedAt: number
  readonly matches: boolean
}

/** Rows in the order of their receipt, but for a clock that jumps by hours; some positions are gone. */
const rows = fc
  .array(fc.record({ afterMs: fc.integer({ min: -3, max: 48 }), matches: fc.boolean(), gap: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 60,
  })
  .map((steps) => {
    let position = 0
    let highest = 0
    return steps.map(({ afterMs, matches, gap }): Row => {
      position += gap
      const receivedAt = highest + afterMs * hour
      highest = Math.max(highest, receivedAt)
      return { position, receivedAt, matches }
    })
  })

function isMeant({ since, until }: { since?: number; until?: number }, { receivedAt, matches }: Row): boolean {
  return matches && receivedAt >= (since ?? Number.NEGATIVE_INFINITY) && receivedAt <= (until ?? Number.POSITIVE_INFINITY)
}

test('pages of a scan hold every row that matches once, the newest first, whatever their size and the windows’', () => {
  const time = fc.integer({ min: 0, max: 60 * 24 }).map((hours) => hours * hour)
  const filter = fc.record({ since: time, until: time }, { requiredKeys: [] })
  const size = fc.integer({ min: 1, max: 12 })
  fc.assert(
    fc.property(rows, filter, size, size, size, (all, times, limit, windowRows, mostRows) => {
      const page = (high: number): Found =>
        scanWindows({
          filter: times,
          high,
          wanted: limit + 1,
          windowRows,
          mostRows,
          receivedFrom: (position) => all.find((row) => row.position >= position)?.receivedAt,
          find: (window, most) =>
            all
              .filter((row) => row.position >= window.low && row.position < window.high && isMeant(times, row))
              .map((row) => row.position)
              .toReversed()
              .slice(0, most),
        })
      const found: number[] = []
      for (let high: number | null = 1_000; high !== null; ) {
        const { positions, nextCursor } = toFoundPage(page(high), limit)
        expect(positions.length).toBeLessThanOrEqual(limit)
        if (nextCursor !== null) expect(nextCursor).toBeLessThan(high)
        found.push(...positions)
        high = nextCursor
      }
      const expected = all.filter((row) => isMeant(times, row)).map((row) => row.position)
      expect(found).toEqual(expected.toReversed())
    }),
  )
})

test('a page looks at no more rows than it may', () => {
  let looked = 0
  const { through } = scanWindows({
    filter: {},
    high: 1_000_001,
    wanted: 51,
    windowRows: 1_000,
    mostRows: 10_000,
    receivedFrom: () => 0,
    find: ({ low, high }) => {
      looked += high - low
      return []
    },
  })
  expect([looked, through]).toEqual([10_000, 990_001])
})
