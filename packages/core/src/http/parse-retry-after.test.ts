import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from './parse-retry-after.ts'

const now = Date.parse('2026-11-20T10:00:00Z')
const vendor = { wait: ['x-ratelimit-retry-after'], reset: ['x-ratelimit-reset'] }

describe('parseRetryAfter', () => {
  it.each([
    ['no header', {}, undefined],
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a fraction of a second', { 'retry-after': '0.5' }, 500],
    ['a date', { 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT' }, 30_000],
    [
      'a date, measured from the answer',
      { 'retry-after': 'Fri, 20 Nov 2026 09:00:30 GMT', date: 'Fri, 20 Nov 2026 09:00:00 GMT' },
      30_000,
    ],
    ['a past date', { 'retry-after': 'Fri, 20 Nov 2020 10:00:00 GMT' }, 0],
    ['ten years', { 'retry-after': '315360000' }, 3_600_000],
    ['a date in ten years', { 'retry-after': 'Fri, 20 Nov 2036 10:00:00 GMT' }, 3_600_000],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ["the vendor's wait before the standard one", { 'x-ratelimit-retry-after': '3', 'retry-after': '9' }, 3_000],
    ["the standard one before the vendor's reset", { 'x-ratelimit-reset': '3', 'retry-after': '9' }, 9_000],
    ['a reset in seconds', { 'x-ratelimit-reset': '12' }, 12_000],
    ['a reset as an epoch', { 'x-ratelimit-reset': String(now / 1000 + 12) }, 12_000],
    ['an unreadable wait: the next header counts', { 'x-ratelimit-retry-after': '', 'retry-after': '9' }, 9_000],
  ])('reads %s', (_, headers, expected) => {
    expect(parseRetryAfter(headers, now, vendor)).toBe(expected)
  })

  it('is never negative and never more than an hour, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
        const ms = parseRetryAfter({ 'retry-after': a, 'x-ratelimit-reset': b, date: c }, now, vendor)
        expect(ms === undefined || (ms >= 0 && ms <= 3_600_000)).toBe(true)
      }),
    )
  })
})
