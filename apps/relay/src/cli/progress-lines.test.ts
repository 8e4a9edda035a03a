import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createProgressLines } from './progress-lines.ts'

function linesOf(updates: readonly (readonly [atMs: number, value: number])[]): readonly string[] {
  let now = 5
  const stream = new PassThrough()
  const progress = createProgressLines(stream, { elapsed: () => now })
  for (const [at, value] of updates) {
    now = 5 + at
    progress.update(value, { total: 300, note: 'rows' })
  }
  progress.stop()
  return String(stream.read() ?? '')
    .split('\n')
    .slice(0, -1)
}

test('a line every ten seconds at most, with what is done and what there is', () => {
  const updates = [10, 9_999, 10_000, 15_000, 19_999, 31_000].map((at, index) => [at, 10 * (index + 1)] as const)
  expect(linesOf(updates)).toEqual(['30 of 300 rows (10 %)', '60 of 300 rows (20 %)'])
})

test('what ends soon is one line, and the end is told once', () => {
  expect(
    linesOf([
      [1, 100],
      [2, 300],
      [3, 300],
    ]),
  ).toEqual(['300 of 300 rows (100 %)'])
})
