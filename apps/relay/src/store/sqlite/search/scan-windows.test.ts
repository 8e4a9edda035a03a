import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Found } from '../../common/found.ts'
import { toFoundPage } from '../../common/found.ts'
import { scanWindows } from './scan-windows.ts'
import type { PositionRange } from './time-range.ts'

interface Row {
  readonly position: number
  readonly matches: boolean
}

/** Some positions are gone: a few, or most of a stretch. */
const rows = fc
  .array(fc.record({ matches: fc.boolean(), gap: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 200 })) }), {
    maxLength: 60,
  })
  .map((steps) => {
    let position = 0
    return steps.map(({ matches, gap }): Row => {
      position += gap
      return { position, matches }
    })
  })
const size = fc.integer({ min: 1, max: 12 })

function within({ low, high }: PositionRange): (row: Row) => boolean {
  return ({ position }) => position >= low && position < high
}

test('pages of a scan hold every row that matches once, the newest first, whatever the size of pages and parts', () => {
  fc.assert(
    fc.property(rows, size, size, size, (all, limit, windowSize, mostRows) => {
      const page = (high: number): Found =>
        scanWindows({
          range: { low: 1, high },
          wanted: limit + 1,
          windowSize,
          mostRows,
          countIn: (window, most) => Math.min(most, all.filter(within(window)).length),
          find: (window, most) =>
            all
              .filter((row) => row.matches && within(window)(row))
              .map((row) => row.position)
              .toReversed()
              .slice(0, most),
        })
      const found: number[] = []
      for (let high: number | null = 10_000; high !== null; ) {
        const { positions, nextCursor } = toFoundPage(page(high), limit)
        expect(positions.length).toBeLessThanOrEqual(limit)
        if (nextCursor !== null) expect(nextCursor).toBeLessThan(high)
        found.push(...positions)
        high = nextCursor
      }
      expect(found).toEqual(
        all
          .filter((row) => row.matches)
          .map((row) => row.position)
          .toReversed(),
      )
    }),
  )
})

test('a page looks at no more rows than it may, and one part', () => {
  const windowSize = 10
  const mostRows = 30
  fc.assert(
    fc.property(rows, (all) => {
      let looked = 0
      scanWindows({
        range: { low: 1, high: 20_000 },
        wanted: 1_000,
        windowSize,
        mostRows,
        countIn: (window, most) => Math.min(most, all.filter(within(window)).length),
        find: (window) => {
          looked += all.filter(within(window)).length
          return []
        },
      })
      expect(looked).toBeLessThanOrEqual(mostRows + windowSize)
    }),
  )
})

test('where there is little, a few parts are enough for a store of any size', () => {
  let parts = 0
  const found = scanWindows({
    range: { low: 1, high: 1_000_000_000 },
    wanted: 51,
    windowSize: 10_000,
    mostRows: 25_000,
    countIn: ({ low }) => (low <= 3 ? 3 : 0),
    find: ({ low }) => {
      parts += 1
      return low <= 3 ? [3] : []
    },
  })
  expect(found).toEqual({ positions: [3], through: 0 })
  expect(parts).toBeLessThan(12)
})
