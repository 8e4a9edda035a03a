import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Purchase } from '../event/subtotal-event.ts'
import { distinct } from './distinct.ts'
import { brandsOf, upcsOf } from './purchase-lists.ts'
import { withoutNulls } from './without-nulls.ts'

describe('distinct', () => {
  it('keeps each value once, in the order of first appearance, and leaves out what is not there', () => {
    expect(distinct(['b', null, 'a', '', 'b', undefined, 'a', 'c'])).toEqual(['b', 'a', 'c'])
  })

  it('keeps exactly the values that are there', () => {
    const lists = fc.array(fc.option(fc.string({ maxLength: 2 })))
    fc.assert(
      fc.property(lists, (list) => {
        const values = distinct(list)
        expect(new Set(values)).toEqual(new Set(list.filter((value) => value !== null && value !== '')))
        expect(values.map((value) => list.indexOf(value))).toEqual(
          values.map((value) => list.indexOf(value)).toSorted((one, other) => one - other),
        )
        expect(distinct(values)).toEqual(values)
      }),
    )
  })
})

describe('brandsOf and upcsOf', () => {
  const item = (brand: string | null, upc: string | null) => {
    return { id: null, quantity: 2, price: null, product: { id: null, name: null, description: null, brand, upc } }
  }
  const purchase: Purchase = {
    id: 'p',
    date: null,
    total: null,
    tax: null,
    subtotal: null,
    itemCount: 8,
    status: null,
    items: [item('spam', '041331027878'), item(null, '041331027878'), item('heinz', null), item('spam', '016000124790')],
  }

  it('name each brand and each UPC once, in order', () => {
    expect(brandsOf(purchase)).toEqual(['spam', 'heinz'])
    expect(upcsOf(purchase)).toEqual(['041331027878', '016000124790'])
  })

  it('are empty without items', () => {
    expect(brandsOf({ ...purchase, items: [] })).toEqual([])
    expect(upcsOf({ ...purchase, items: [] })).toEqual([])
  })
})

describe('withoutNulls', () => {
  it('leaves out null and undefined, and keeps every other value, also empty ones', () => {
    expect(withoutNulls({ a: null, b: undefined, c: 0, d: '', e: false, f: [], g: { h: null } })).toEqual({
      c: 0,
      d: '',
      e: false,
      f: [],
      g: { h: null },
    })
    expect(Object.keys(withoutNulls({ a: undefined }))).toEqual([])
  })

  it('keeps the order and every other member, whatever they are called', () => {
    const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', '1'))
    const values = fc.constantFrom<unknown>(null, undefined, 0, '', 'text', [null])
    fc.assert(
      fc.property(fc.array(fc.tuple(names, values)), (members) => {
        const object = Object.fromEntries(members)
        const there = Object.entries(object).filter(([, value]) => value !== null && value !== undefined)
        expect(Object.entries(withoutNulls(object))).toEqual(there)
        expect(Object.getPrototypeOf(withoutNulls(object))).toBe(Object.prototype)
      }),
    )
  })

  it('gives an object of its own', () => {
    const object = { a: 1 }
    expect(withoutNulls(object)).not.toBe(object)
  })

  it('keeps a key named __proto__ as a key', () => {
    const object = withoutNulls(JSON.parse('{"__proto__":{"polluted":true}}'))
    expect(Object.keys(object)).toEqual(['__proto__'])
    expect('polluted' in object).toBe(false)
  })
})
