import { describe, expect, test } from 'vitest'
import { isInPeriod, isPastPeriod } from './import-period.ts'

/** A ULID of 2026-01-21, 16:24 UTC. */
const id = '01KFGB4ZQ8M5T2X0R7N3V6CADE'
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`)
const january = { isMissed: false, since: day('2026-01-01'), until: day('2026-02-01') }

describe('the period of an import', () => {
  test.each([
    ['2025-12-31T23:59:59Z', false],
    ['2026-01-01T00:00:00Z', true],
    ['2026-02-01T00:00:00Z', true],
    ['2026-02-01T00:00:01Z', false],
    ['2026-01-01T00:00:00+01:00', false],
    [null, true],
    ['some day', true],
  ])('a purchase of %s: %s', (date, isIn) => {
    expect(isInPeriod({ id: 'p', date }, january)).toBe(isIn)
  })

  test('without bounds everything is in it', () => {
    expect(isInPeriod({ id, date: '1999-01-01' }, { isMissed: false, since: null, until: null })).toBe(true)
  })

  test('of what was missed, when Subtotal recorded it counts as much as when it was bought', () => {
    const missed = { isMissed: true, since: day('2026-01-20'), until: null }
    expect(isInPeriod({ id, date: '2024-05-01' }, missed)).toBe(true)
    expect(isInPeriod({ id: 'no-ulid', date: '2024-05-01' }, missed)).toBe(false)
    expect(isInPeriod({ id: 'no-ulid', date: '2026-01-21' }, missed)).toBe(true)
    expect(isInPeriod({ id, date: '2024-05-01' }, { ...missed, since: day('2026-01-22') })).toBe(false)
    expect(isInPeriod({ id, date: '2024-05-01' }, { ...missed, isMissed: false })).toBe(false)
  })

  test('pages end when the last purchase of one is older; of what was missed they do not', () => {
    const page = [{ date: '2026-01-05' }, { date: '2025-12-31' }]
    expect(isPastPeriod(page, january)).toBe(true)
    expect(isPastPeriod(page.slice(0, 1), january)).toBe(false)
    expect(isPastPeriod(page, { ...january, isMissed: true })).toBe(false)
    expect(isPastPeriod([{ date: null }], january)).toBe(false)
    expect(isPastPeriod([], january)).toBe(false)
  })
})
