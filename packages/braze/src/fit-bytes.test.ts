import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitBytes } from './fit-bytes.ts'

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))
const upcs = (count: number) => Array.from({ length: count }, (_, index) => String(index).padStart(12, '0'))

describe('fitBytes', () => {
  test('leaves alone what is within 102,400 bytes', () => {
    const properties = { upcs: upcs(6_800), brands: ['heinz'], source: 'subtotal' }
    expect(bytesOf(properties)).toBeLessThanOrEqual(102_400)
    expect(fitBytes(properties)).toStrictEqual({ properties, warnings: [] })
  })

  test('takes UPCs from the end, and says how many, before any brand', () => {
    const properties = { upcs: upcs(10_000), brands: ['heinz', 'jif'], source: 'subtotal' }
    const { properties: fitted, warnings } = fitBytes(properties)
    const kept = fitted['upcs']
    expect(kept).toStrictEqual(upcs(10_000).slice(0, Array.isArray(kept) ? kept.length : 0))
    expect(fitted).toStrictEqual({ ...properties, upcs: kept })
    expect(bytesOf(fitted)).toBeLessThanOrEqual(102_400)
    expect(bytesOf(fitted)).toBeGreaterThan(102_400 - 15)
    expect(warnings).toStrictEqual([
      `upcs: ${10_000 - (Array.isArray(kept) ? kept.length : 0)} of 10000 left out, because Braze takes 102400 bytes of properties`,
    ])
    expect(properties.upcs).toHaveLength(10_000)
  })

  test('takes brands when no UPC is left', () => {
    const brands = Array.from({ length: 1_000 }, (_, index) => `${index}-`.padEnd(200, 'b'))
    const { properties, warnings } = fitBytes({ upcs: upcs(10), brands })
    expect(properties['upcs']).toStrictEqual([])
    expect(properties['brands']).toStrictEqual(
      brands.slice(0, Array.isArray(properties['brands']) ? properties['brands'].length : 0),
    )
    expect(bytesOf(properties)).toBeLessThanOrEqual(102_400)
    expect(warnings).toHaveLength(2)
  })

  test('knows to the byte whether an emptied list is enough', () => {
    const rest = (bytes: number) => 'n'.repeat(bytes - bytesOf({ upcs: [], note: '' }))
    expect(fitBytes({ upcs: ['1'], note: rest(102_400) }).properties).toStrictEqual({ upcs: [], note: rest(102_400) })
    expect(() => fitBytes({ upcs: ['1'], note: rest(102_401) })).toThrow(expect.objectContaining({ code: 'ERR_TOO_LARGE' }))
  })

  test('refuses what is too large without its lists', () => {
    const properties = { upcs: upcs(3), notes: Array.from({ length: 1_000 }, () => 'n'.repeat(200)) }
    expect(() => fitBytes(properties)).toThrow(expect.objectContaining({ code: 'ERR_TOO_LARGE' }))
  })

  test('for any lists: within the limit, every entry kept from the front, nothing else touched', () => {
    const entries = (max: number) => fc.array(fc.string({ unit: 'grapheme', maxLength: 200 }), { maxLength: max, size: 'max' })
    fc.assert(
      fc.property(entries(900), entries(300), (upcList, brandList) => {
        const { properties } = fitBytes({ total: '1.00', upcs: upcList, brands: brandList, source: 'subtotal' })
        const { upcs: keptUpcs, brands: keptBrands, ...rest } = properties
        expect(bytesOf(properties)).toBeLessThanOrEqual(102_400)
        expect(rest).toStrictEqual({ total: '1.00', source: 'subtotal' })
        expect(upcList.slice(0, lengthOf(keptUpcs))).toStrictEqual(keptUpcs)
        expect(brandList.slice(0, lengthOf(keptBrands))).toStrictEqual(keptBrands)
        if (lengthOf(keptBrands) < brandList.length) expect(keptUpcs).toStrictEqual([])
      }),
      { numRuns: 50 },
    )
  })
})

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : -1
}
