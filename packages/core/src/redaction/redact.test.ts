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

  it.each([
    'jane.doe&#43;news&#64;acme.example',
    'jane.doe&#x2B;news&commat;acme.example',
    'jane.doe%252Bnews%2540acme.example',
    'jane.doe\\u002bnews\\u0040acme.example',
    'JANE.DOE+NEWS@ACME.EXAMPLE',
  ])('takes out an email of nobody it knows, written %s', (text) => {
    expect(redact(`for ${text}, sorry`)).toBe('for [redacted], sorry')
  })

  it.each(['Zoë', 'ZOË', 'Zoe', 'Zoë'.normalize('NFD'), 'Zo%C3%AB', 'Zo&euml;', 'Zo&#235;', 'Zo\\u00EB'])(
    'takes out the name Zoë, of whomever in the request, written %s',
    (name) => {
      expect(redactAll(`no ${name} here`, { values: [], words: wordsOf(['Zoë Lark']) })).toBe('no [redacted] here')
    },
  )

  it.each(['500 55 50 006', '1-500-555-0006', '(500)555-0006', '+1%20500%20555%200006', '15.00.55.50.00.6', '00 1 500 5550006'])(
    'takes out the phone number +15005550006, of whomever in the request, written %s',
    (phone) => {
      expect(redactAll(`no ${phone} here`, { values: [], words: wordsOf(['+15005550006']) })).toMatch(
        /^no [\d\s-]{0,2}\[redacted\] here$/,
      )
    },
  )

  it.each([String.raw`ab\/cd\"ef+gh`, 'ab/cd&quot;ef&#43;gh', 'ab%2fcd%22ef%2bgh', 'AB/CD"EF+GH'])(
    'takes out the key ab/cd"ef+gh written %s',
    (text) => {
      expect(redact(`key ${text}!`, ['ab/cd"ef+gh'])).toBe('key [redacted]!')
    },
  )

  it('shows nothing that was cut in two at the end of what it reads', () => {
    const secret = 'a-key-of-some-length'
    for (let length = 3_960; length <= 4_400; length += 1) {
      // What comes before gets shorter, so that the cut could come into view.
      const before = 'someone@a-very-long-domain-name.example '
        .repeat(120)
        .slice(0, length)
        .replace(/\S*$/, (rest) => '-'.repeat(rest.length))
      expect(redact(`${before}${secret} and more`.padEnd(9_000, '.'), [secret])).not.toContain('a-k')
    }
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
  }, 60_000)
})
