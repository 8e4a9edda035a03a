import { describe, expect, it } from 'vitest'
import { mayFollowRedirect } from './may-follow-redirect.ts'

const us = 'https://cdp.customer.io'
const loopback = 'http://127.0.0.1:4010'

describe('mayFollowRedirect', () => {
  it.each([
    [us, 'https://cdp-eu.customer.io/v1/batch'],
    ['https://proxy.brand.example', 'https://cdp.customer.io/v1/batch'],
    [loopback, 'http://127.0.0.1:4010/elsewhere'],
    ['http://localhost:4010', 'http://localhost:4010/v1/batch'],
    ['http://[::1]:4010', 'http://[::1]:4010/v1/batch'],
  ])('follows from %s to %s', (origin, url) => {
    expect(mayFollowRedirect(origin, new URL(url))).toBe(true)
  })

  it.each([
    [us, 'http://cdp.customer.io/v1/batch'],
    [us, 'https://customer.io.attacker.example/v1/batch'],
    [us, 'https://notcustomer.io/v1/batch'],
    [us, 'https://attacker.example/.customer.io'],
    [us, 'https://someone:else@cdp.customer.io/v1/batch'],
    [us, 'http://127.0.0.1:4010/v1/batch'],
    [loopback, 'http://127.0.0.1:4011/v1/batch'],
    [loopback, 'http://127.0.0.2:4010/v1/batch'],
    ['https://proxy.brand.example', 'https://proxy.brand.example/v2/batch'],
  ])('does not follow from %s to %s', (origin, url) => {
    expect(mayFollowRedirect(origin, new URL(url))).toBe(false)
  })
})
