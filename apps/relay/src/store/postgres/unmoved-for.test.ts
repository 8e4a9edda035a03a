import { expect, test } from 'vitest'
import { unmovedFor } from './unmoved-for.ts'

test('a value stands since it was first seen, and begins anew when it moves or is gone', () => {
  const standing = unmovedFor()
  const seen: [string | null, number][] = [
    ['751', 1_000],
    ['751', 61_000],
    ['760', 62_000],
    ['760', 63_000],
    [null, 64_000],
    ['760', 65_000],
  ]
  expect(seen.map(([value, now]) => standing(value, now))).toEqual([0, 60_000, 0, 1_000, 0, 0])
})
