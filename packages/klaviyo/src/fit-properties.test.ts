import type { Properties } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitProperties } from './fit-properties.ts'

function thrownBy(properties: Properties): unknown {
  try {
    fitProperties(properties)
  } catch (error) {
    return error
  }
  return undefined
}

function nested(levels: number): Properties {
  return levels === 1 ? {} : { inner: nested(levels - 1) }
}

test('what fits is kept as it is', () => {
  const properties = {
    text: 'café',
    count: 3,
    ratio: -0.17,
    none: null,
    on: true,
    list: ['a', { b: 1 }],
    date: new Date(0),
    deep: nested(9),
  }
  expect(fitProperties(properties)).toStrictEqual({ properties, warnings: [] })
})

test('400 properties are taken, 401 reject the event', () => {
  const of = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, index]))
  expect(fitProperties(of(400)).properties).toStrictEqual(of(400))
  expect(thrownBy(of(401))).toMatchObject({ code: 'ERR_TOO_LARGE', message: 'The event has 401 properties; Klaviyo takes 400.' })
})

test('an array keeps its first 4,000 items, wherever it stands', () => {
  const items = Array.from({ length: 4_002 }, (_, index) => index)
  const { properties, warnings } = fitProperties({
    list: items,
    deep: { list: items.slice(0, 4_001) },
    right: items.slice(0, 4_000),
  })
  expect(properties).toStrictEqual({
    list: items.slice(0, 4_000),
    deep: { list: items.slice(0, 4_000) },
    right: items.slice(0, 4_000),
  })
  expect(warnings).toStrictEqual([
    'list has the first 4000 of 4002 items: Klaviyo takes no more in an array.',
    'deep.list has the first 4000 of 4001 items: Klaviyo takes no more in an array.',
  ])
})

test('a string keeps its first 100,000 bytes, and no half character', () => {
  const { properties, warnings } = fitProperties({
    right: 'x'.repeat(100_000),
    long: 'x'.repeat(100_001),
    wide: `x${'é'.repeat(50_000)}`,
    list: [`${'x'.repeat(99_998)}😀`],
  })
  expect(properties).toStrictEqual({
    right: 'x'.repeat(100_000),
    long: 'x'.repeat(100_000),
    wide: `x${'é'.repeat(49_999)}`,
    list: ['x'.repeat(99_998)],
  })
  expect(warnings).toStrictEqual([
    'long has the first 100000 of 100001 bytes: Klaviyo takes no longer string.',
    'wide has the first 100000 of 100001 bytes: Klaviyo takes no longer string.',
    'list[] has the first 100000 of 100002 bytes: Klaviyo takes no longer string.',
  ])
})

test('10 levels of objects are taken, 11 reject the event', () => {
  expect(fitProperties(nested(10)).properties).toStrictEqual(nested(10))
  expect(thrownBy(nested(11))).toMatchObject({ code: 'ERR_TOO_LARGE' })
  expect(thrownBy({ list: [[nested(10)]] })).toMatchObject({ code: 'ERR_TOO_LARGE' })
})

describe('a number beyond 64 bits rejects the event', () => {
  test.each([2 ** 63, -(2 ** 63), 1e300, Number.POSITIVE_INFINITY])('%s', (value) => {
    const error = thrownBy({ deep: { value } })
    expect(error).toBeInstanceOf(ConnectorError)
    expect(error).toMatchObject({
      code: 'ERR_TOO_LARGE',
      message: 'deep.value is a number beyond the 64 bits that Klaviyo takes.',
    })
  })

  test.each([2 ** 62, 0.1, -44.64, 9.9e-30])('%s does not', (value) => {
    expect(fitProperties({ value }).properties).toStrictEqual({ value })
  })
})

test('the given properties are not changed', () => {
  const properties = Object.freeze({
    text: 'x'.repeat(100_001),
    list: Object.freeze(Array<string>(4_001).fill('x')),
    deep: Object.freeze({ text: 'x'.repeat(100_001) }),
  })
  expect(fitProperties(properties).warnings).toHaveLength(3)
})

test('whatever comes in, every string and list that goes out is within the limits', () => {
  const long = fc.constantFrom(
    ...['x', 'é', '€', '😀'].flatMap((unit) => [unit.repeat(33_333), unit.repeat(50_000), unit.repeat(100_001)]),
  )
  const list = fc.constantFrom(...[3_999, 4_000, 4_001].map((length) => Array<string>(length).fill('x')))
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 2 },
      fc.string(),
      fc.double(),
      long,
      list,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
    ),
  })).value
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value, { maxKeys: 4 }), (input) => {
      const outcome = fitOrError(input)
      if (outcome !== undefined) expect(isWithinLimits(outcome)).toBe(true)
    }),
  )
})

test('what fits at a glance is dealt with as the rest', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.integer({ min: 33_332, max: 33_335 }).map((length) => '’'.repeat(length)),
  )
  const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(2 ** 53, 2 ** 62, 2 ** 63, Infinity))
  const list = fc.oneof(
    fc.array(text, { maxLength: 3 }),
    fc.array(fc.oneof(text, number), { maxLength: 3 }),
    fc.constantFrom(4_000, 4_001).map((length) => Array<string>(length).fill('1')),
  )
  const value = fc.oneof(text, number, list, fc.constantFrom<unknown>(null, undefined, true, new Date(0)))
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-y]{1,3}$/), value, { maxKeys: 4, noNullPrototype: true }), (input) => {
      const glance = outcomeOf(input)
      const { zz: _, ...properties } = outcomeOf({ ...input, zz: {} }).properties
      expect(glance).toStrictEqual({ ...outcomeOf({ ...input, zz: {} }), properties })
    }),
  )
})

function outcomeOf(input: Properties): {
  readonly properties: Properties
  readonly warnings?: readonly string[]
  readonly error?: unknown
} {
  try {
    return fitProperties(input)
  } catch (error) {
    return { properties: {}, error }
  }
}

function fitOrError(input: Properties): Properties | undefined {
  try {
    return fitProperties(input).properties
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_TOO_LARGE' })
    return undefined
  }
}

function isWithinLimits(value: unknown): boolean {
  if (typeof value === 'string') return Buffer.byteLength(value) <= 100_000
  if (Array.isArray(value)) return value.length <= 4_000 && value.every(isWithinLimits)
  return typeof value !== 'object' || value === null || Object.values(value).every(isWithinLimits)
}
