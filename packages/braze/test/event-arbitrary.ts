import type { SubtotalEvent } from '@subtotal-connectors/core'
import { subtotalEventTypes } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'

const longTexts = [254, 255, 256, 300].flatMap((length) => ['x'.repeat(length), '🛒'.repeat(length), 'é'.repeat(length)])
const text = fc.oneof(fc.constant(null), fc.string({ maxLength: 20 }), fc.constantFrom(...longTexts))
const decimal = fc.oneof(
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('1e300', '-0.005', '12345678901234567890.123456789'),
)
const count = fc.oneof(fc.constant(null), fc.nat())
const item = fc.record({ quantity: fc.integer({ min: 1, max: 9 }), brand: text, upc: text })

/** Any event of any type, with values that are missing, long, or large. */
export const eventArbitrary: fc.Arbitrary<SubtotalEvent> = fc
  .record({
    type: fc.constantFrom(...subtotalEventTypes),
    customer: fc.record({
      id: fc.oneof(fc.string({ minLength: 1, maxLength: 64 }), fc.string({ minLength: 980, maxLength: 1_000 })),
      email: fc.oneof(fc.emailAddress(), fc.constant(`${'a'.repeat(250)}@shop.example`)),
      mobile: fc.constant('+12025550142'),
    }),
    retailer: text,
    money: fc.tuple(decimal, decimal, decimal),
    items: fc.array(item, { maxLength: 6 }),
    repeats: fc.constantFrom(1, 1, 1, 1, 1_000),
    texts: fc.tuple(text, text, text, text, text),
    counts: fc.tuple(count, count),
  })
  .map(({ type, customer, retailer, money: [total, tax, subtotal], items, repeats, texts: [a, b, c, d, e], counts: [f, g] }) => {
    const common = { customer, connection: { retailer } }
    switch (type) {
      case 'purchase.created':
        return makePurchaseEvent({
          ...common,
          purchase: {
            total,
            tax,
            subtotal,
            items: Array.from({ length: repeats }, (_, index) =>
              items.map(({ quantity, brand, upc }) => ({
                id: null,
                quantity,
                price: null,
                product: {
                  id: null,
                  name: null,
                  description: null,
                  brand,
                  upc: index === 0 ? upc : `${upc?.slice(0, 100)}${index}`,
                },
              })),
            ).flat(),
          },
        })
      case 'profile.created':
      case 'profile.updated':
        return makeProfileEvent(type, {
          ...common,
          profile: { first_name: a, last_name: b, email: c, mobile: d, postal_code: e, total_purchases: f, brand_purchases: g },
        })
      default:
        return makeConnectionEvent(type, common)
    }
  })
