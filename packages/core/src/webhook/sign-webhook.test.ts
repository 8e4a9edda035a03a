import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../errors/options-error.ts'
import type { SignWebhookOptions } from './sign-webhook.ts'
import { signWebhook } from './sign-webhook.ts'
import { verifyWebhook } from './verify-webhook.ts'

const body = '{"type":"connection.activated"}'
const secret = 'a-signing-secret-for-tests'
const now = new Date('2026-01-22T12:00:00.000Z')
const seconds = String(now.getTime() / 1000)
const expectedHex = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
const sign = (options: Partial<SignWebhookOptions> = {}) => signWebhook({ body, secret, timestamp: now, ...options })

describe('signWebhook', () => {
  it('signs in hex with Unix seconds by default', () => {
    expect(sign()).toEqual({ 'x-subtotal-signature': expectedHex, 'x-subtotal-timestamp': seconds })
  })

  it('signs at the current time by default', () => {
    const headers = signWebhook({ body, secret })
    expect(verifyWebhook({ body, headers, secrets: [secret], toleranceMs: 60_000 }).secretIndex).toBe(0)
  })

  it.each<[string, Partial<SignWebhookOptions>]>([
    ['secret', { secret: '' }],
    ['secret', { secret: [] }],
    ['secret', { key: 'decoded' }],
    ['timestamp', { timestamp: new Date(Number.NaN) }],
  ])('names the option %s when it cannot work', (name, options) => {
    expect(() => sign(options)).toThrow(OptionsError)
    expect(() => sign(options)).toThrow(name)
  })
})
