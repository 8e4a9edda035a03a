import { expect, test } from 'vitest'
import { parseCount, parseRate } from './number-option.ts'

test.each([
  ['1', 1],
  ['200', 200],
  ['000007', 7],
])('%s is the count %d', (text, count) => {
  expect(parseCount(text)).toBe(count)
})

test.each(['', '0', '-1', '1.5', 'ten', '1e3', '9999999999', ' 1'])('"%s" is no count', (text) => {
  expect(() => parseCount(text)).toThrow('whole number')
})

test.each([
  ['20', 20],
  ['0.5', 0.5],
  ['100000', 100_000],
])('%s is the rate %d', (text, rate) => {
  expect(parseRate(text)).toBe(rate)
})

test.each(['', '0', '0.0', '-1', 'fast', 'Infinity', '100001', '1e3'])('"%s" is no rate', (text) => {
  expect(() => parseRate(text)).toThrow('webhooks per second')
})
