import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { purchaseBody, purchaseOf, refusal } from './__fixtures__/webhooks.ts'

describe('parseWebhook with a purchase', () => {
  it.each<[unknown, string | null]>([
    ['9.34', '9.34'],
    ['1.60', '1.60'],
    ['-3.50', '-3.50'],
    ['+9.34', '9.34'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['007.50', '7.5'],
    [' 9.34 ', '9.34'],
    ['1e3', '1000'],
    ['1.5E-7', '0.00000015'],
    ['12345678901234567890.123456789', '12345678901234567890.123456789'],
    [44.64, '44.64'],
    [0, '0'],
    [1e21, '1000000000000000000000'],
    [1e-7, '0.0000001'],
    ['', null],
    [null, null],
    [undefined, null],
  ])('reads the amount %j as %j', (total, expected) => {
    expect(purchaseOf(purchaseBody({ total })).total).toBe(expected)
  })

  it.each([
    '$9.34',
    '9,34',
    '1,000.00',
    'nine',
    'NaN',
    'Infinity',
    '0x10',
    '1e999999999',
    '1e-999999999',
    '1e400',
    '1e-1000',
    '--1',
    '.',
    true,
    {},
    [],
  ])('refuses the amount %j', (total) => {
    expect(refusal(purchaseBody({ total }))).toMatchObject({ code: 'ERR_WEBHOOK_INVALID', fields: ['payload.purchase.total'] })
  })

  it('refuses a number that JSON cannot hold', () => {
    expect(refusal(purchaseBody({ total: 'X' }).replace('"X"', '1e400')).fields).toEqual(['payload.purchase.total'])
  })

  it('never changes what a decimal is worth, and never writes an exponent', () => {
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(numbers, (number) => {
        const total = purchaseOf(purchaseBody({ total: number })).total
        expect(Number(total)).toBe(number === 0 ? 0 : number)
        expect(total).toMatch(/^-?\d+(\.\d+)?$/)
        expect(purchaseOf(purchaseBody({ total: String(number) })).total).toMatch(/^-?\d+(\.\d+)?$/)
      }),
    )
  })

  it('reads what it can of items, and gives them a quantity of one', () => {
    const items = [{ product: null, gtin: '0001', quantity: '2' }, { product: { gtin: '0002' }, upc: '0003' }, {}]
    const purchase = purchaseOf(purchaseBody({ items, item_count: null }))
    expect(purchase.items.map((item) => [item.product.upc, item.quantity])).toEqual([
      ['0001', 2],
      ['0002', 1],
      [null, 1],
    ])
    expect(purchase.itemCount).toBe(4)
  })

  it('adds quantities as decimals', () => {
    expect(purchaseOf(purchaseBody({ items: [{ quantity: 0.1 }, { quantity: '0.2' }], item_count: undefined })).itemCount).toBe(
      0.3,
    )
  })

  it('lets a count on the wire win over the items', () => {
    expect(purchaseOf(purchaseBody({ items: [{ quantity: 3 }], item_count: 15 })).itemCount).toBe(15)
    expect(purchaseOf(purchaseBody({ items: [{ quantity: 3 }], item_count: 0 })).itemCount).toBe(0)
  })

  it('keeps the date as sent', () => {
    expect(purchaseOf(purchaseBody({ date: '2026-01-22 10:00:00' })).date).toBe('2026-01-22 10:00:00')
  })
})
