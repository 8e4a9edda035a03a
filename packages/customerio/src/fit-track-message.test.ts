import { jsonBytes } from '@subtotal-connectors/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TrackMessage } from './customerio-message.ts'
import { fitTrackMessage } from './fit-track-message.ts'

function order(properties: Readonly<Record<string, unknown>>): TrackMessage {
  return {
    type: 'track',
    event: 'Order Completed',
    userId: 'robin.ashdown@shoppers.example',
    messageId: '01KEVN1ZPM9H19JSHGN5NF0M69',
    timestamp: '2025-05-31T14:48:23.000Z',
    properties,
    context: {},
  }
}

const upc = (index: number) => String(index).padStart(12, '0')
const products = (count: number, nameLength = 30, brandLength = 10) =>
  Array.from({ length: count }, (_, index) => ({
    product_id: upc(index),
    sku: upc(index),
    name: 'n'.repeat(nameLength),
    brand: 'b'.repeat(brandLength),
    price: 1.99,
    quantity: 1,
  }))

describe('fitTrackMessage', () => {
  it('leaves a message of exactly 32,000 bytes as it is', () => {
    const room = 32_000 - jsonBytes(order({ note: '' }))
    const message = order({ note: 'x'.repeat(room) })
    expect(jsonBytes(message)).toBe(32_000)
    expect(fitTrackMessage(message)).toStrictEqual({ message, warnings: [] })
  })

  it('leaves out the names of products first, and nothing else where that is enough', () => {
    const { message, warnings } = fitTrackMessage(order({ order_id: 'A', products: products(250) }))
    expect(message.properties).toStrictEqual({ order_id: 'A', products: products(250).map(({ name: _, ...rest }) => rest) })
    expect(warnings).toStrictEqual(['The order is over 32000 bytes: "name" was left out of its products.'])
  })

  it('leaves out their brands next', () => {
    const { message, warnings } = fitTrackMessage(order({ products: products(300, 30, 60) }))
    expect(message.properties).toStrictEqual({ products: products(300).map(({ name: _, brand: __, ...rest }) => rest) })
    expect(warnings).toHaveLength(2)
  })

  it('cuts products last and says so, with every other property kept', () => {
    const upcs = Array.from({ length: 500 }, (_, index) => upc(index))
    const { message, warnings } = fitTrackMessage(order({ order_id: 'A', products: products(500), upcs, source: 'subtotal' }))
    const kept = products(500)
      .slice(0, 314)
      .map(({ name: _, brand: __, ...rest }) => rest)
    expect(message.properties).toStrictEqual({
      order_id: 'A',
      products: kept,
      upcs,
      source: 'subtotal',
      products_truncated: true,
    })
    expect(warnings.at(-1)).toBe('The order is over 32000 bytes: "products" holds the first 314 of 500.')
    expect(jsonBytes(message)).toBeGreaterThan(31_900)
  })

  it('keeps products, UPCs and brands side by side when 10,000 different units are bought at once', () => {
    const upcs = Array.from({ length: 10_000 }, (_, index) => upc(index))
    const brands = Array.from({ length: 2_000 }, (_, index) => `brand-${index}`)
    const { message } = fitTrackMessage(order({ products: products(10_000), upcs, brands, source: 'subtotal' }))
    const lengths = Object.entries(message.properties).map(([key, value]) => [key, Array.isArray(value) ? value.length : value])
    expect(jsonBytes(message)).toBeLessThanOrEqual(32_000)
    expect(Object.fromEntries(lengths)).toMatchInlineSnapshot(`
      {
        "brands": 342,
        "brands_truncated": true,
        "products": 203,
        "products_truncated": true,
        "source": "subtotal",
        "upcs": 800,
        "upcs_truncated": true,
      }
    `)
  })

  it('refuses what has nothing to trim', () => {
    expect(() => fitTrackMessage(order({ note: 'x'.repeat(32_000) }))).toThrow(expect.objectContaining({ code: 'ERR_TOO_LARGE' }))
    expect(() => fitTrackMessage(order({ note: 'x'.repeat(32_000), products: products(10) }))).toThrow(/33\d{3} bytes/)
  })

  it('measures UTF-8 bytes, not characters', () => {
    const { message, warnings } = fitTrackMessage(
      order({ products: products(10).map((product) => ({ ...product, name: '🧃'.repeat(800) })) }),
    )
    expect(warnings).toHaveLength(1)
    expect(message.properties['products']).toHaveLength(10)
  })

  it('never exceeds the limit, never changes its input, and keeps lists as beginnings of themselves', () => {
    const productArbitrary = fc.oneof(
      fc.record({
        sku: fc.string(),
        name: fc.string({ maxLength: 400, unit: 'grapheme' }),
        brand: fc.string(),
        quantity: fc.nat(),
      }),
      fc.constant('not an object'),
    )
    const propertiesArbitrary = fc.record({
      products: fc.array(productArbitrary, { maxLength: 900, size: 'max' }),
      upcs: fc.array(fc.string({ maxLength: 14 }), { maxLength: 3_000, size: 'max' }),
      brands: fc.array(fc.string({ maxLength: 40 }), { maxLength: 900, size: 'max' }),
    })
    fc.assert(
      fc.property(propertiesArbitrary, (properties) => {
        const before = JSON.stringify(properties)
        const { message, warnings } = fitTrackMessage(order(properties))
        expect(JSON.stringify(properties)).toBe(before)
        expect(jsonBytes(message)).toBeLessThanOrEqual(32_000)
        expect(warnings.length > 0).toBe(jsonBytes(order(properties)) > 32_000)
        for (const key of ['upcs', 'brands'] as const) {
          const kept = message.properties[key]
          expect(kept).toStrictEqual(properties[key].slice(0, Array.isArray(kept) ? kept.length : 0))
        }
      }),
      { numRuns: 50 },
    )
  })
})
