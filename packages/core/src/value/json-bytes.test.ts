import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fitsJsonBytes, jsonBytes } from './json-bytes.ts'

const texts = fc.string({ unit: 'binary', maxLength: 8 })
const values = [texts, fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined)]
const objects = fc.object({
  key: texts,
  values,
  maxKeys: 5,
  maxDepth: 3,
  withDate: true,
  withBoxedValues: true,
  withNullPrototype: true,
})

it('says of every value what writing it says', () => {
  fc.assert(
    fc.property(objects, fc.integer({ min: -40, max: 400 }), (value, more) => {
      const bytes = jsonBytes(value)
      expect(fitsJsonBytes(value, bytes)).toBe(true)
      expect(fitsJsonBytes(value, bytes - 1)).toBe(false)
      expect(fitsJsonBytes(value, bytes + more)).toBe(more >= 0)
    }),
    { numRuns: 1_000 },
  )
})

it.each([
  ['control characters', '\u0000'.repeat(100)],
  ['halves of characters', '\ud800'.repeat(100)],
  ['long numbers', Array.from({ length: 100 }, () => -1.2345678901234567e-100)],
  ['nothing in lists', Array.from({ length: 100 }, () => undefined)],
  ['long names', { ['\u0001'.repeat(100)]: false }],
  [
    'objects that write themselves',
    { at: new Date(0), url: new URL('https://shop.example/a'), own: { toJSON: () => 'x'.repeat(100) } },
  ],
])('counts %s in full', (_, value) => {
  expect(fitsJsonBytes(value, jsonBytes(value))).toBe(true)
  expect(fitsJsonBytes(value, jsonBytes(value) - 1)).toBe(false)
})

it('throws what JSON.stringify throws for a circle', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  expect(() => fitsJsonBytes(circle, 1_000)).toThrow(TypeError)
})
