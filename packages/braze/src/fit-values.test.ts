import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitValues } from './fit-values.ts'

const long = 'x'.repeat(256)

describe('fitValues', () => {
  test('leaves alone what Braze takes, in its order', () => {
    const properties = { b: 'text', a: 1.5, list: ['x', 2, false], nested: { deep: [{ deeper: 'y' }] }, empty: [] }
    const fitted = fitValues(properties)
    expect(fitted).toStrictEqual({ properties, warnings: [] })
    expect(Object.keys(fitted.properties)).toStrictEqual(['b', 'a', 'list', 'nested', 'empty'])
  })

  test('leaves out null, undefined and numbers that JSON cannot hold, at every depth and without a warning', () => {
    const properties = {
      a: null,
      b: undefined,
      c: Number.NaN,
      d: [null, 1, undefined],
      e: { f: null, g: 2 },
      h: Number.POSITIVE_INFINITY,
    }
    expect(fitValues(properties)).toStrictEqual({ properties: { d: [1], e: { g: 2 } }, warnings: [] })
  })

  test('cuts a text of 256 characters to 255 and says so', () => {
    expect(fitValues({ note: long, exact: 'y'.repeat(255) })).toStrictEqual({
      properties: { note: 'x'.repeat(255), exact: 'y'.repeat(255) },
      warnings: ['note: cut, because Braze takes 255 characters a text'],
    })
  })

  test.each(['purchase_id', 'total', 'retailer', 'link_url', 'email', 'last_purchase_date', 'subtotal_walmart_postal_code'])(
    'leaves out %s when it is too long, since a cut one would be wrong',
    (name) => {
      expect(fitValues({ [name]: long, source: 'subtotal' })).toStrictEqual({
        properties: { source: 'subtotal' },
        warnings: [`${name}: left out, because Braze takes 255 characters a text`],
      })
    },
  )

  test('leaves too long entries out of lists and counts them', () => {
    expect(fitValues({ brands: ['heinz', long, 'jif', long] })).toStrictEqual({
      properties: { brands: ['heinz', 'jif'] },
      warnings: ['brands: 2 of 4 left out, because Braze takes 255 characters a text'],
    })
  })

  test('cuts texts inside objects, whatever they are called there', () => {
    expect(fitValues({ order: { total: long } }).properties).toStrictEqual({ order: { total: 'x'.repeat(255) } })
  })

  test('writes dates and other values with toJSON as JSON does', () => {
    expect(fitValues({ at: new Date(0), url: new URL('https://shop.example/a') }).properties).toStrictEqual({
      at: '1970-01-01T00:00:00.000Z',
      url: 'https://shop.example/a',
    })
  })

  test.each([
    ['time', { time: 1 }, 'the name "time", which Braze keeps for itself'],
    ['event_name', { event_name: 'x' }, 'the name "event_name", which Braze keeps for itself'],
    ['a dollar sign in front', { $x: 1 }, 'a name that starts with "$"'],
    ['a dollar sign in front, nested', { a: { $x: 1 } }, 'a name that starts with "$"'],
    ['an empty name', { '': 1 }, 'an empty name'],
    ['a blank name', { ' ': 1 }, 'an empty name'],
    ['a name of 256 characters', { [long]: 1 }, 'a name of more than 255 characters'],
    ['a function', { a: () => 1 }, 'a function'],
    ['a bigint', { a: [1n] }, 'a bigint'],
    ['a symbol', { a: Symbol('x') }, 'a symbol'],
  ])('refuses %s', (_, properties, words) => {
    expect(() => fitValues(properties, ['time', 'event_name'])).toThrow(
      expect.objectContaining({ code: 'ERR_MAPPING', message: expect.stringContaining(words) }),
    )
  })

  test('refuses what holds itself', () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    expect(() => fitValues(circular)).toThrow(expect.objectContaining({ code: 'ERR_MAPPING' }))
  })

  test('a reserved name is only reserved at the top', () => {
    expect(fitValues({ order: { time: 1 } }, ['time']).properties).toStrictEqual({ order: { time: 1 } })
  })

  test('for any JSON: no text over 255 characters, no null, and a second pass changes nothing', () => {
    const text = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ minLength: 250, maxLength: 300, unit: 'grapheme' }))
    const name = fc.string({ minLength: 1, maxLength: 20 }).filter((value) => value.trim() !== '' && !value.startsWith('$'))
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 5 }),
        fc.dictionary(name, tie('value'), { maxKeys: 5 }),
      ),
    }))
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 6 }), (properties) => {
        const before = JSON.stringify(properties)
        const fitted = fitValues(properties)
        JSON.parse(JSON.stringify(fitted.properties), (_, inner: unknown) => {
          expect(inner).not.toBeNull()
          if (typeof inner === 'string') expect(inner.length).toBeLessThanOrEqual(255)
          return inner
        })
        expect(JSON.stringify(fitValues(fitted.properties))).toBe(JSON.stringify({ properties: fitted.properties, warnings: [] }))
        expect(JSON.stringify(properties)).toBe(before)
      }),
    )
  })

  test('does with what fits at a glance as with the rest', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.integer({ min: 254, max: 257 }).map((length) => 'x'.repeat(length)),
    )
    const value = fc.oneof(
      text,
      fc.constantFrom(1.5, Number.NaN, Number.POSITIVE_INFINITY),
      fc.boolean(),
      fc.array(fc.oneof(text, fc.constantFrom<unknown>(1, null)), { maxLength: 4 }),
      fc.array(text, { maxLength: 4 }),
      fc.constantFrom<unknown>({ nested: 1 }, 1n),
    )
    const name = fc.oneof(fc.stringMatching(/^[a-y_]{1,8}$/), fc.constantFrom('time', '$set', ' ', 'total', 'x'.repeat(256)))
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }), (properties) => {
        // What is not there is left out without a word, but not at a glance.
        expect(outcomeOf({ ...properties, zz: null })).toStrictEqual(outcomeOf(properties))
      }),
      { numRuns: 2_000 },
    )
  })

  test('leaves nothing in lists out of sight', () => {
    const holes = ['heinz', 'jif']
    holes.length = 3
    expect(fitValues({ brands: holes }).properties).toStrictEqual({ brands: ['heinz', 'jif'] })
  })
})

function outcomeOf(properties: Record<string, unknown>) {
  try {
    return fitValues(properties, ['time'])
  } catch (error) {
    return { error }
  }
}
