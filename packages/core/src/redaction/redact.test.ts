import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact as redactAll, wordsOf } from './redact.ts'

const redact = (text: string, values: readonly string[] = []) => redactAll(text, { values, words: new Set() })

describe('redaction', () => {
  it.each([
    'no one is at ada.lovelace+news@example.org',
    'user=ada%40example.org',
    'call +1 (500) 555-0006 now',
    'call 500-555-0006',
    'phone 15005550006',
    'Authorization: Bearer abc.def',
    'key pk_0123456789abcdef',
    'key 0123456789abcdef0123456789abcdef',
  ])('takes out of "%s" what is shaped like an email, a phone number or a key', (text) => {
    expect(redact(text)).toContain('[redacted]')
    expect(redact(text)).not.toMatch(/ada|555|abc|0123456789/)
  })

  it.each([
    "'external_id' is required",
    'purchase 01KEVN1ZPM9H19JSHGN5NF0M69 at 2026-11-20T10:15:30Z',
    '/data/attributes/events-bulk-create/data/3/attributes/profile',
    'A profile already exists with one of these identifiers. (HTTP 409)',
  ])('leaves "%s" as it is', (text) => {
    expect(redact(text)).toBe(text)
  })

  it('takes out values however they are written', () => {
    const text = 'Zo\\u00eb ZOË Zo%C3%AB and O\\"Neil'
    expect(redact(text, ['Zoë', 'O"Neil'])).toBe('[redacted] [redacted] [redacted] and [redacted]')
  })

  it('takes out a short value only as a word of its own', () => {
    expect(redact('Al was already there', ['Al'])).toBe('[redacted] was already there')
  })

  it('takes out words of other people', () => {
    const words = wordsOf(['Ada Lovelace', 'ada@example.org'])
    expect(redactAll('ADA was here, lovelace too, not Adam', { values: [], words })).toBe(
      '[redacted] was here, [redacted] too, not Adam',
    )
  })

  it('keeps at most 2,000 characters', () => {
    expect(redact('a '.repeat(5_000))).toHaveLength(2_000)
  })

  it('never lets a value of four characters or more through, and never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string(),
        (value, before, after) => {
          const result = redact(`${before} ${value} ${after}`, [value])
          if (!`${before} ${after}[redacted]`.toLowerCase().includes(value.toLowerCase())) {
            expect(result.toLowerCase()).not.toContain(value.toLowerCase())
          }
        },
      ),
      { numRuns: 5_000 },
    )
  })
})
