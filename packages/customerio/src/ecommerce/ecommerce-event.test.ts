import { OptionsError } from '@subtotal-connectors/core'
import fc from 'fast-check'
import { decodeTime, isValid } from 'ulid'
import { describe, expect, it } from 'vitest'
import { ecommerceEventNames, exampleOf, oneOfEach } from '../../test/examples.ts'
import { validateEcommerceMessage } from '../../test/specification.ts'
import type { EcommerceEvent } from './ecommerce-event.ts'
import { ecommerceEvent } from './ecommerce-event.ts'
import { shapeOf } from './shape-of.ts'

const person = { userId: 'cust_8841' }

function refusal(...parameters: readonly unknown[]): string {
  try {
    Reflect.apply(ecommerceEvent, undefined, parameters)
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError)
    return String(error)
  }
  return 'not refused'
}

describe('ecommerceEvent', () => {
  it('makes the whole message of a known person', () => {
    const event = ecommerceEvent(
      'Order Completed',
      { userId: 'cust_8841' },
      { order_id: 'A-1', total: 44.64, products: [{ sku: '041331027878', quantity: 4 }], gift: true },
      { timestamp: '2026-01-21T17:05:00+01:00', messageId: '01KEVN1ZPM9H19JSHGN5NF0M69', context: { locale: 'en-US' } },
    )
    expect(event).toStrictEqual({
      type: 'track',
      event: 'Order Completed',
      userId: 'cust_8841',
      messageId: '01KEVN1ZPM9H19JSHGN5NF0M69',
      timestamp: '2026-01-21T16:05:00.000Z',
      properties: { order_id: 'A-1', total: 44.64, products: [{ sku: '041331027878', quantity: 4 }], gift: true },
      context: { library: { name: '@subtotal-connectors/customerio' }, locale: 'en-US' },
    })
  })

  it('makes the message of an anonymous person without a userId', () => {
    const event = ecommerceEvent('Products Searched', { anonymousId: 'visitor-7' }, { query: 'juice' })
    expect(event).toMatchObject({ anonymousId: 'visitor-7' })
    expect(Object.keys(event)).not.toContain('userId')
  })

  it('gives an event made now a time and a ULID of that time, another for each', () => {
    const timestamp = new Date('2026-01-21T16:05:00Z')
    const [one, two] = [
      ecommerceEvent('Cart Viewed', person, {}, { timestamp }),
      ecommerceEvent('Cart Viewed', person, {}, { timestamp }),
    ]
    expect(isValid(one.messageId)).toBe(true)
    expect(decodeTime(one.messageId)).toBe(timestamp.getTime())
    expect(one.messageId).not.toBe(two.messageId)
    expect(Date.parse(ecommerceEvent('Cart Viewed', person, {}).timestamp)).toBeGreaterThan(timestamp.getTime())
  })

  it('is not changed by what happens to the properties afterwards, and leaves undefined out', () => {
    const properties = { cart_id: 'C1', products: [{ sku: '1' }], coupon: undefined }
    const event = ecommerceEvent('Cart Viewed', person, properties)
    properties.products.push({ sku: '2' })
    expect(event.properties).toStrictEqual({ cart_id: 'C1', products: [{ sku: '1' }] })
  })

  it.each([['userId'], ['anonymousId']])('makes one of each of the 28, valid against the specification, with a %s', (key) => {
    const events = oneOfEach(key === 'userId' ? person : { anonymousId: 'visitor-7' })
    expect(events).toHaveLength(28)
    for (const event of events) {
      expect(validateEcommerceMessage(event), `${event.event}: ${JSON.stringify(validateEcommerceMessage.errors)}`).toBe(true)
    }
  })

  it.each(ecommerceEventNames)('refuses every property of %s that is of another type, as the specification does', (name) => {
    for (const [key, type] of Object.entries(shapeOf(name))) {
      const wrong = type === 'string' ? 7 : type === 'integer' ? 1.5 : '44.64'
      for (const value of [wrong, null, {}]) {
        const properties = { ...exampleOf(shapeOf(name)), [key]: value }
        expect(refusal(name, person, properties)).toMatch(new RegExp(`properties\\.${key} must be a`))
        expect(validateEcommerceMessage({ type: 'track', event: name, ...person, properties })).toBe(false)
      }
    }
  })

  it('agrees with the specification on any properties', () => {
    const valueArbitrary = fc.oneof(
      fc.string(),
      fc.double(),
      fc.integer(),
      fc.constant(null),
      fc.array(fc.jsonValue(), { maxLength: 2 }),
    )
    fc.assert(
      fc.property(
        fc
          .constantFrom(...ecommerceEventNames)
          .chain((name) =>
            fc.tuple(fc.constant(name), fc.dictionary(fc.constantFrom(...Object.keys(shapeOf(name)), 'extra'), valueArbitrary)),
          ),
        ([name, properties]) => {
          const sent: unknown = JSON.parse(JSON.stringify(properties))
          const isValidForThem = validateEcommerceMessage({ type: 'track', event: name, ...person, properties: sent })
          expect(refusal(name, person, properties) === 'not refused').toBe(isValidForThem)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['a name in other letters', ['order completed', person, {}], /one of the 28/],
    ['a name of every object', ['toString', person, {}], /one of the 28/],
    ['properties that are a list', ['Cart Viewed', person, []], /properties must be an object/],
    ['no properties', ['Cart Viewed', person], /properties/],
    ['what is not JSON', ['Cart Viewed', person, { big: 1n }], /properties cannot be written as JSON/],
    ['a number that JSON has not', ['Order Completed', person, { total: Number.NaN }], /properties\.total must be a number/],
    [
      'a product that is no object',
      ['Cart Viewed', person, { products: [{}, 'x'] }],
      /properties\.products\[1\] must be an object/,
    ],
    [
      'a property inside a product',
      ['Cart Viewed', person, { products: [{ quantity: 1.5 }] }],
      /products\[0\]\.quantity must be a whole/,
    ],
    ['both ids', ['Cart Viewed', { userId: 'a', anonymousId: 'b' }, {}], /person must be/],
    ['no id', ['Cart Viewed', {}, {}], /person must be/],
    ['an empty id', ['Cart Viewed', { userId: ' ' }, {}], /person must be/],
    ['a number as id', ['Cart Viewed', { userId: 7 }, {}], /person must be/],
    ['an id that is too long', ['Cart Viewed', { anonymousId: 'ü'.repeat(76) }, {}], /person must be/],
    ['a bare date', ['Cart Viewed', person, {}, { timestamp: '2026-01-21' }], /timestamp must be/],
    ['a date that is none', ['Cart Viewed', person, {}, { timestamp: new Date('no') }], /timestamp must be/],
    ['an empty messageId', ['Cart Viewed', person, {}, { messageId: '' }], /messageId must not be empty/],
    ['a context that is a list', ['Cart Viewed', person, {}, { context: [] }], /context must be an object/],
  ])('refuses %s', (_, parameters, message) => {
    expect(refusal(...parameters)).toMatch(message)
  })

  it('never names a value in what it throws', () => {
    const secret = 'robin.ashdown@shoppers.example'
    const errors = [
      refusal('Order Completed', person, { total: secret }),
      refusal('Cart Viewed', { userId: secret, anonymousId: secret }, {}),
      refusal(secret, person, {}),
      refusal('Cart Viewed', person, {}, { timestamp: secret }),
    ]
    for (const error of errors) {
      expect(error).not.toBe('not refused')
      expect(error).not.toContain(secret)
    }
  })

  it('is typed by the same table', () => {
    const event: EcommerceEvent<'Order Completed'> = ecommerceEvent('Order Completed', person, { total: 1 })
    const any: EcommerceEvent = event
    const total: number | undefined = event.properties.total
    expect([any.event, total]).toStrictEqual(['Order Completed', 1])
    const misuses = [
      // @ts-expect-error money is a number
      () => ecommerceEvent('Order Completed', person, { total: '44.64' }),
      // @ts-expect-error so it is inside a product
      () => ecommerceEvent('Order Completed', person, { products: [{ price: '1.99' }] }),
      // @ts-expect-error a product of an event that is one
      () => ecommerceEvent('Product Viewed', person, { price: '1.99' }),
      // @ts-expect-error names are exact
      () => ecommerceEvent('Order completed', person, {}),
      // @ts-expect-error one id, not two
      () => ecommerceEvent('Cart Viewed', { userId: 'a', anonymousId: 'b' }, {}),
    ]
    for (const misuse of misuses) expect(misuse).toThrow(OptionsError)
  })
})
