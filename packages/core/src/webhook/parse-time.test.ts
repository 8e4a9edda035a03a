import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { parseIsoTime, parseTimestamp } from './parse-time.ts'

const iso = (text: string) => {
  const time = parseIsoTime(text)
  return time === undefined ? undefined : new Date(time).toISOString()
}

describe('parseIsoTime', () => {
  it.each([
    ['2025-05-31T14:48:23Z', '2025-05-31T14:48:23.000Z'],
    ['2025-05-31', '2025-05-31T00:00:00.000Z'],
    ['2025-05-31T14:48', '2025-05-31T14:48:00.000Z'],
    ['2025-05-31T14:48:23', '2025-05-31T14:48:23.000Z'],
    ['2025-05-31 14:48:23', '2025-05-31T14:48:23.000Z'],
    ['2025-05-31t14:48:23z', '2025-05-31T14:48:23.000Z'],
    ['2025-05-31T14:48:23.123456+00:00', '2025-05-31T14:48:23.123Z'],
    ['2025-05-31T00:30:00+02:00', '2025-05-30T22:30:00.000Z'],
    ['2025-05-31T00:30:00-0730', '2025-05-31T08:00:00.000Z'],
    ['2025-05-31T00:30:00+02', '2025-05-30T22:30:00.000Z'],
    [' 2024-02-29 ', '2024-02-29T00:00:00.000Z'],
  ])('reads %j as %s', (text, expected) => {
    expect(iso(text)).toBe(expected)
  })

  it.each([
    '',
    'yesterday',
    '31/05/2025',
    '2025-13-01',
    '2025-02-29',
    '2025-05-31T25:00:00Z',
    '0001-01-01',
    '1969-12-31T23:59:59Z',
    '20250531',
    '2025-05-31T',
  ])('reads nothing from %j', (text) => {
    expect(iso(text)).toBeUndefined()
  })

  it.each(['UTC', 'America/New_York', 'Asia/Kolkata'])(
    'reads every ISO time of four-digit years since 1970, also where the clock is set to %s',
    (zone) => {
      vi.stubEnv('TZ', zone)
      onTestFinished(() => {
        vi.unstubAllEnvs()
      })
      const dates = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
      fc.assert(
        fc.property(
          dates,
          (date) => iso(date.toISOString()) === date.toISOString() && iso(date.toISOString().slice(0, -1)) === date.toISOString(),
        ),
      )
    },
  )
})

describe('parseTimestamp', () => {
  it('tells seconds from milliseconds for every time until the year 5000', () => {
    const times = fc.integer({ min: 100_000_000, max: 95_617_584_000 })
    fc.assert(
      fc.property(times, (seconds) => {
        expect(parseTimestamp(String(seconds))).toBe(seconds * 1000)
        expect(parseTimestamp(String(seconds * 1000))).toBe(seconds * 1000)
      }),
    )
  })

  it('reads nothing from a number that is no time', () => {
    expect(parseTimestamp('9'.repeat(30))).toBeUndefined()
    expect(parseTimestamp('1e9')).toBeUndefined()
    expect(parseTimestamp('0x10')).toBeUndefined()
  })
})
