import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderKey } from './order-key.ts'

const signedAt = Date.parse('2026-11-20T12:00:00Z')

test('an id without a time takes the signature’s', () => {
  expect(orderKey('evt_1', 1_000)).toBe('000000000001000:evt_1')
})

test('an id whose time lies far ahead of the signature takes the signature’s', () => {
  expect(orderKey('7ZZZZZZZZZZZZZZZZZZZZZZZZZ', signedAt)).toBe(`00${signedAt}:7ZZZZZZZZZZZZZZZZZZZZZZZZZ`)
})

test('keys sort as their times do', () => {
  const time = fc.integer({ min: 0, max: 2 ** 47 })
  fc.assert(
    fc.property(time, time, (one, other) => {
      fc.pre(one !== other)
      expect(orderKey('a', one) < orderKey('b', other)).toBe(one < other)
    }),
  )
})
