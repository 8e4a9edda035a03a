import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutText } from './cut-text.ts'

test('a cut text is the longest beginning that fits and holds no half characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.integer({ min: 1, max: 30 }), (text, length) => {
      const cut = cutText(text, length)
      expect(text.startsWith(cut)).toBe(true)
      expect(cut.length).toBeLessThanOrEqual(length)
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(text.length, length - 1))
      expect(encodeURIComponent(cut)).toBeTypeOf('string')
    }),
  )
})

test('a character of two code units is kept whole or not at all', () => {
  expect(cutText('ab🛒', 3)).toBe('ab')
  expect(cutText('ab🛒', 4)).toBe('ab🛒')
})
