import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../test/support/virtual-clock.ts'
import { createLoginThrottle } from './login-throttle.ts'

test('each failure after the fifth doubles the wait of its address, to five minutes', async () => {
  const clock = createVirtualClock()
  const throttle = createLoginThrottle(clock)
  const waits: number[] = []
  for (let failures = 0; failures < 16; failures += 1) {
    throttle.failed('192.0.2.1')
    waits.push(throttle.waitMs('192.0.2.1'))
    await clock.advance(throttle.waitMs('192.0.2.1'))
  }
  expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map((seconds) => seconds * 1_000))
  expect(throttle.waitMs('192.0.2.2')).toBe(0)
})

test('a right token, or 15 minutes without a try, and all is forgotten', async () => {
  const clock = createVirtualClock()
  const throttle = createLoginThrottle(clock)
  for (let failures = 0; failures < 6; failures += 1) for (const address of ['one', 'other']) throttle.failed(address)
  throttle.succeeded('one')
  expect(throttle.waitMs('one')).toBe(0)
  expect(throttle.waitMs('other')).toBe(2_000)
  await clock.advance(900_000)
  throttle.failed('other')
  expect(throttle.waitMs('other')).toBe(0)
})

test('many addresses together wait too, but never so long that nobody else gets in', () => {
  const throttle = createLoginThrottle(createVirtualClock())
  for (let address = 0; address < 49; address += 1) throttle.failed(`attacker-${address}`)
  expect(throttle.waitMs('operator')).toBe(0)
  for (let address = 0; address < 10_000; address += 1) throttle.failed(`attacker-${address}`)
  expect(throttle.waitMs('operator')).toBe(4_000)
})

test('of more addresses than it remembers, those that tried last are remembered', () => {
  const throttle = createLoginThrottle(createVirtualClock())
  for (let failures = 0; failures < 6; failures += 1) throttle.failed('first')
  for (let address = 0; address < 999; address += 1) throttle.failed(`later-${address}`)
  for (let failures = 0; failures < 6; failures += 1) throttle.failed('first')
  for (let address = 0; address < 999; address += 1) throttle.failed(`latest-${address}`)
  expect(throttle.waitMs('first')).toBeGreaterThan(4_000)
  throttle.failed('one more')
  expect(throttle.waitMs('first')).toBe(4_000)
})
