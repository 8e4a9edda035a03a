import fc from 'fast-check'
import { expect, test } from 'vitest'
import { catalogue } from './catalogue.ts'
import { upcA } from './upc-a.ts'

/** A published UPC is right when the weighted sum of all twelve digits is a multiple of ten. */
function isUpcA(upc: string): boolean {
  const digits = [...upc].map(Number)
  return /^\d{12}$/.test(upc) && digits.reduce((sum, digit, index) => sum + digit * (index % 2 === 0 ? 3 : 1), 0) % 10 === 0
}

test.each(['040000476528', '016000124790', '041331027878', '013000001243', '049000028911', '051500255162'])(
  'the check digit of the published UPC %s is found',
  (upc) => {
    expect(upcA(upc.slice(0, 11))).toBe(upc)
  },
)

test('every eleven digits get a right check digit', () => {
  fc.assert(fc.property(fc.stringMatching(/^\d{11}$/), (digits) => isUpcA(upcA(digits))))
})

test.each(['', '1234567890', '123456789012', '1234567890x'])('%j is refused', (digits) => {
  expect(() => upcA(digits)).toThrow(RangeError)
})

test('every product has a right UPC of its own, most with a leading zero', () => {
  expect(catalogue.every(({ upc }) => isUpcA(upc))).toBe(true)
  expect(new Set(catalogue.map(({ upc }) => upc)).size).toBe(catalogue.length)
  expect(catalogue.filter(({ upc }) => upc.startsWith('0')).length).toBeGreaterThan(catalogue.length / 2)
})
