import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toMoneyNumber, toMoneyString } from './decimal.ts'

const decimals = fc
  .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.stringMatching(/^(\.\d{1,12})?$/))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction}`)

describe('toMoneyString', () => {
  it.each([
    ['9.34', '9.34'],
    ['1.6', '1.60'],
    ['1.60', '1.60'],
    ['44', '44.00'],
    ['0', '0.00'],
    ['-3.5', '-3.50'],
    ['1.234', '1.234'],
    ['0.005', '0.005'],
    ['1e-7', '0.0000001'],
    ['1e21', '1000000000000000000000.00'],
    ['12345678901234567890.129', '12345678901234567890.129'],
  ])('writes %s as %s', (decimal, expected) => {
    expect(toMoneyString(decimal)).toBe(expected)
  })

  it('never rounds, and always has two places or more', () => {
    const trimmed = (text: string) =>
      text
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
        .replace(/^-0$/, '0')
    fc.assert(
      fc.property(decimals, (decimal) => {
        const money = toMoneyString(decimal)
        expect(money).toMatch(/^-?\d+\.\d{2,}$/)
        expect(trimmed(money)).toBe(trimmed(decimal))
        expect(toMoneyString(money)).toBe(money)
      }),
    )
  })
})

describe('toMoneyNumber', () => {
  it('gives the nearest number, without float artefacts in its text', () => {
    expect(toMoneyNumber('44.64')).toBe(44.64)
    expect(toMoneyNumber('1.60')).toBe(1.6)
    expect(String(toMoneyNumber('0.30'))).toBe('0.3')
    expect(toMoneyNumber('-0.10')).toBe(-0.1)
  })

  it('agrees with JavaScript about every decimal', () => {
    fc.assert(fc.property(decimals, (decimal) => toMoneyNumber(decimal) === Number(decimal)))
  })
})
