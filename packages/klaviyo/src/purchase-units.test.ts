import type { PurchaseItem } from '@subtotal-connectors/core'
import { makePurchaseEvent } from '@subtotal-connectors/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { purchaseUnits } from './purchase-units.ts'

const item = (upc: string | null, quantity: number): PurchaseItem => ({
  id: null,
  quantity,
  price: null,
  product: { id: null, name: null, description: null, brand: null, upc },
})
const units = (items: readonly PurchaseItem[], maxItems = 4_000) =>
  purchaseUnits(makePurchaseEvent({ purchase: { items } }).purchase, maxItems)

test('a UPC is repeated once per unit, in order, with its leading zeros', () => {
  expect(units([item('041331027878', 3), item('000000000012', 1), item('041331027878', 1)])).toStrictEqual({
    upcs: ['041331027878', '041331027878', '041331027878', '000000000012', '041331027878'],
  })
})

test('items without a UPC have no entry', () => {
  expect(units([item(null, 2), item('', 1), item('013000001243', 1)])).toStrictEqual({ upcs: ['013000001243'] })
})

test('no items give an empty list', () => {
  expect(units([])).toStrictEqual({ upcs: [] })
})

test('a part of a unit counts as one, and none or less as none', () => {
  expect(units([item('1', 0.45), item('2', 1.2), item('3', 0), item('4', -2)])).toStrictEqual({ upcs: ['1', '2', '2'] })
})

test('a purchase of exactly 4,000 units is sent whole', () => {
  expect(units([item('1', 3_999), item('2', 1)])).toStrictEqual({ upcs: [...Array<string>(3_999).fill('1'), '2'] })
})

test('over 4,000 units each UPC is named once, with a warning', () => {
  const { upcs, warning } = units([item('1', 9_000), item('2', 999), item('1', 1)])
  expect(upcs).toStrictEqual(['1', '2'])
  expect(warning).toBe('upcs has each UPC once: the purchase has 10000 units, Klaviyo takes 4000 items in an array.')
})

test('over 4,000 different UPCs the first 4,000 are named, with a warning', () => {
  const { upcs, warning } = units(Array.from({ length: 4_001 }, (_, index) => item(`${index}`, 1)))
  expect(upcs).toStrictEqual(Array.from({ length: 4_000 }, (_, index) => `${index}`))
  expect(warning).toBe('upcs has the first 4000 of 4001 UPCs: Klaviyo takes no more items in an array.')
})

test('a quantity of a billion costs no memory', () => {
  expect(units([item('1', 1e9)]).upcs).toStrictEqual(['1'])
})

test('the list never has more items than allowed, and says when something is missing', () => {
  const items = fc.array(
    fc.record({ upc: fc.constantFrom('1', '2', '3', '4', '5', '6'), quantity: fc.integer({ min: 0, max: 12 }) }),
  )
  fc.assert(
    fc.property(items, fc.integer({ min: 1, max: 30 }), (lines, maxItems) => {
      const { upcs, warning } = units(
        lines.map(({ upc, quantity }) => item(upc, quantity)),
        maxItems,
      )
      const count = lines.reduce((sum, { quantity }) => sum + quantity, 0)
      expect(upcs.length).toBeLessThanOrEqual(maxItems)
      expect(warning === undefined).toBe(count <= maxItems)
      if (warning === undefined) expect(upcs).toHaveLength(count)
    }),
  )
})
