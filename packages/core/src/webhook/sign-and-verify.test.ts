import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WebhookVerificationError } from '../errors/webhook-error.ts'
import { anyText } from './__fixtures__/any-text.ts'
import { signWebhook } from './sign-webhook.ts'
import type { VerifyWebhookOptions } from './verify-webhook.ts'
import { verifyWebhook } from './verify-webhook.ts'

function codeOf(options: VerifyWebhookOptions): string {
  try {
    verifyWebhook(options)
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.code
    throw error
  }
  return 'accepted'
}

const bodies = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array(), fc.json())
const secretTexts = fc.oneof(
  fc.string({ minLength: 1 }).filter((text) => text.trim() !== ''),
  fc.uint8Array({ minLength: 1 }).map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`),
)
const variants = fc
  .record({
    body: bodies,
    secret: secretTexts,
    timestamp: fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    timestampFormat: fc.constantFrom('seconds', 'milliseconds', 'iso8601'),
    encoding: fc.constantFrom('hex', 'base64', 'base64url'),
    prefix: fc.constantFrom('', 'sha256=', 'v1=', 'v1,'),
    separator: fc.constantFrom(',', ', ', ' '),
    decoded: fc.boolean(),
    others: fc.array(secretTexts, { maxLength: 3 }),
  })
  .map(({ decoded, ...variant }) => {
    const key: 'decoded' | 'text' = decoded && variant.secret.startsWith('whsec_') ? 'decoded' : 'text'
    return { ...variant, key }
  })

describe('signWebhook and verifyWebhook', () => {
  it('agree on every variant', () => {
    fc.assert(
      fc.property(variants, ({ others, ...variant }) => {
        const headers = signWebhook(variant)
        const options = { body: variant.body, headers, now: variant.timestamp }
        const verified = verifyWebhook({ ...options, secrets: [variant.secret] })
        expect(variant.timestamp.getTime() - verified.timestamp.getTime()).toBeLessThan(1000)
        const secrets = [...others, variant.secret]
        expect(secrets[verifyWebhook({ ...options, secrets }).secretIndex]).toBeDefined()
        const many = signWebhook({ ...variant, key: 'text', secret: [...others, variant.secret] })
        expect(verifyWebhook({ ...options, headers: many, secrets: [variant.secret] }).secretIndex).toBe(0)
      }),
    )
  })

  it('disagree once one byte of the body is another', () => {
    fc.assert(
      fc.property(variants, fc.nat(), fc.integer({ min: 1, max: 255 }), (variant, position, flip) => {
        const bytes = Buffer.from(variant.body)
        const changed = Buffer.from(bytes)
        if (changed.length === 0) return
        const index = position % changed.length
        changed[index] = (changed[index] ?? 0) ^ flip
        const headers = signWebhook({ ...variant, body: bytes })
        expect(codeOf({ body: changed, headers, secrets: [variant.secret], now: variant.timestamp })).toBe(
          'ERR_SIGNATURE_MISMATCH',
        )
      }),
    )
  })

  it('disagree once one character of the timestamp or of the signature is another', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
    fc.assert(
      fc.property(
        variants,
        fc.boolean(),
        fc.nat(),
        fc.constantFrom(...alphabet),
        ({ prefix: _prefix, ...variant }, inTimestamp, position, letter) => {
          const headers = signWebhook(variant)
          const name = inTimestamp ? 'x-subtotal-timestamp' : 'x-subtotal-signature'
          const value = headers[name]
          const index = position % value.length
          if (value[index]?.toLowerCase() === letter.toLowerCase()) return
          const changed = { ...headers, [name]: value.slice(0, index) + letter + value.slice(index + 1) }
          const code = codeOf({ body: variant.body, headers: changed, secrets: [variant.secret], now: variant.timestamp })
          expect(['ERR_SIGNATURE_MISMATCH', 'ERR_TIMESTAMP_INVALID']).toContain(code)
        },
      ),
    )
  })

  it('never throw anything but a WebhookVerificationError for any headers', () => {
    const values = fc.oneof(
      anyText,
      fc.array(fc.constantFrom(...'0123456789abcdefv=,. TZ:-+'), { maxLength: 80 }).map((characters) => characters.join('')),
    )
    const headers = fc.record(
      { 'x-subtotal-signature': fc.oneof(values, fc.array(values)), 'X-Subtotal-Timestamp': values },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(headers, (headers) => codeOf({ body: '', headers, secrets: ['a-signing-secret-for-tests'] }) !== 'accepted'),
    )
  })
})
