import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sumOf, toMoneyNumber, toMoneyString, toPlainDecimal } from './decimal.ts'

const decimals = fc
  .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.stringMatching(/^(\.\d{1,12})?$/))
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction}`)

const forms = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.stringMatching(/^(\d{1,30}|\d{1,30}\.\d{0,30}|\.\d{1,30})$/),
    fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), fc.integer({ min: 0, max: 400 })), { nil: ['', ''] }),
  )
  .map(([sign, digits, [mark, exponent]]) => sign + digits + mark + exponent)

describe('decimals in any form', () => {
  it('are written out as a library for decimals writes them', () => {
    fc.assert(
      fc.property(forms, (decimal) => {
        expect(toPlainDecimal(decimal)).toBe(new Big(decimal).toFixed())
        expect(toPlainDecimal(toPlainDecimal(decimal))).toBe(toPlainDecimal(decimal))
      }),
      { numRuns: 2_000 },
    )
  })

  it('are the amounts and the numbers that a library for decimals makes of them', () => {
    const toText = (decimal: Big) => ((decimal.toFixed().split('.')[1] ?? '').length < 2 ? decimal.toFixed(2) : decimal.toFixed())
    fc.assert(
      fc.property(forms, (decimal) => {
        expect(toMoneyString(decimal)).toBe(toText(new Big(decimal)))
        expect(toMoneyNumber(decimal)).toBe(new Big(decimal).toNumber())
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    '',
    ' ',
    '-',
    '.',
    '1,5',
    '1.2.3',
    '+1',
    ' 1',
    '1 ',
    '1\n',
    '1e',
    'e5',
    '1e99999',
    '0x10',
    'NaN',
    'Infinity',
    '1_000',
    '１',
  ])('are not "%s"', (text) => {
    for (const read of [toPlainDecimal, toMoneyString, toMoneyNumber]) expect(() => read(text)).toThrow(TypeError)
  })

  it('take no time to speak of, however long', () => {
    const long = '0'.repeat(500_000)
    expect(toPlainDecimal(`${long}1.1${long}`)).toBe('1.1')
    expect(() => toPlainDecimal(`1.${long}1x`)).toThrow(TypeError)
  })
})

describe('sumOf', () => {
  it('adds numbers as they are written', () => {
    expect(sumOf([])).toBe(0)
    expect(sumOf([0.1, 0.2])).toBe(0.3)
    expect(sumOf([3, -1.5, 1e-7])).toBe(1.5000001)
    expect(sumOf([2 ** 53 - 1, 2 ** 53 - 1, -(2 ** 53 - 1)])).toBe(2 ** 53 - 1)
  })

  it('adds as a library for decimals does', () => {
    const numbers = fc.array(fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ min: -1e9, max: 1e9, noNaN: true })))
    fc.assert(
      fc.property(numbers, (list) => {
        expect(sumOf(list)).toBe(list.reduce((sum, number) => sum.plus(number), new Big(0)).toNumber())
      }),
    )
  })
})

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
