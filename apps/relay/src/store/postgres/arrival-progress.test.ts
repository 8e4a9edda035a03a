import { expect, test } from 'vitest'
import type { ArrivalRow } from './arrival-progress.ts'
import { arrivalProgress } from './arrival-progress.ts'

function row(id: number, seq: number | null, more: Partial<ArrivalRow> = {}): ArrivalRow {
  return { id, position: 0, seq, is_wanting: false, ...more }
}

test('connections whose events were all looked at are done, also one that has none', () => {
  const rows = [row(1, 5), row(1, 6, { is_wanting: true }), row(2, null), row(3, 7, { position: 6, is_wanting: true })]
  expect(arrivalProgress(rows, 4)).toEqual({
    progress: [
      { id: 1, from: 0, next: null },
      { id: 2, from: 0, next: null },
      { id: 3, from: 6, next: null },
    ],
    wanting: [6, 7],
  })
})

test('one that does not fit goes on after the last event that was looked at', () => {
  const rows = [row(1, 5), row(2, 6), row(2, 8), row(2, 9, { is_wanting: true })]
  expect(arrivalProgress(rows, 3)).toEqual({
    progress: [
      { id: 1, from: 0, next: null },
      { id: 2, from: 0, next: 8 },
    ],
    wanting: [],
  })
  expect(arrivalProgress([...rows.slice(0, 3), row(3, 7)], 3).progress).toEqual([
    { id: 1, from: 0, next: null },
    { id: 2, from: 0, next: null },
  ])
})

test('where nothing is to be looked at nothing is done', () => {
  expect(arrivalProgress([], 0)).toEqual({ progress: [], wanting: [] })
})
