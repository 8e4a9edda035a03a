import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { OptionsError } from '../errors/options-error.ts'
import { WebhookVerificationError } from '../errors/webhook-error.ts'
import { maxSignatures, readSignatures } from './read-signatures.ts'
import type { SignWebhookOptions } from './sign-webhook.ts'
import { signWebhook } from './sign-webhook.ts'
import type { VerifyWebhookOptions } from './verify-webhook.ts'
import { verifyWebhook } from './verify-webhook.ts'

const body = '{"type":"connection.activated","id":"01KFJSR44CPH867805V8GJ9VCY"}'
const secret = 'a-signing-secret-for-tests'
const oldSecret = 'the-secret-before-it'
const whsec = `whsec_${Buffer.from('thirty-two bytes of a key, or so').toString('base64')}`
const now = new Date('2026-01-22T12:00:00.000Z')
const seconds = String(now.getTime() / 1000)
const day = 24 * 60 * 60 * 1000

const sign = (options: Partial<SignWebhookOptions> = {}) => signWebhook({ body, secret, timestamp: now, ...options })
const signature = (options: Partial<SignWebhookOptions> = {}) => sign(options)['x-subtotal-signature']
const headersWith = (value: string | string[], timestamp = seconds) => ({
  'x-subtotal-signature': value,
  'x-subtotal-timestamp': timestamp,
})
const at = (milliseconds: number) => sign({ timestamp: new Date(now.getTime() + milliseconds), timestampFormat: 'milliseconds' })

function verify(options: Partial<VerifyWebhookOptions>) {
  return verifyWebhook({ body, headers: {}, secrets: [secret], now, ...options })
}

function codeOf(options: Partial<VerifyWebhookOptions>): string {
  try {
    verify(options)
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.code
    throw error
  }
  return 'accepted'
}

const expectedHex = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
const wrong = signature({ secret: 'another-secret' })

const base64 = signature({ encoding: 'base64url' })
/** The same 32 bytes in another text: the last character's two unused bits are set. */
const sloppyBase64 = base64.slice(0, -1) + String.fromCharCode(base64.charCodeAt(base64.length - 1) + 1)

const good: [string, Partial<VerifyWebhookOptions>][] = [
  ['hex, as computed here by hand', { headers: headersWith(expectedHex) }],
  ['hex in upper case', { headers: headersWith(expectedHex.toUpperCase()) }],
  ['base64', { headers: sign({ encoding: 'base64' }) }],
  ['base64 without padding', { headers: headersWith(signature({ encoding: 'base64' }).replace('=', '')) }],
  ['base64url', { headers: sign({ encoding: 'base64url' }) }],
  ['sha256= before hex', { headers: sign({ prefix: 'sha256=' }) }],
  ['sha256= before base64', { headers: sign({ prefix: 'sha256=', encoding: 'base64' }) }],
  ['v1= before hex', { headers: sign({ prefix: 'v1=' }) }],
  ['v1, before base64', { headers: sign({ prefix: 'v1,', encoding: 'base64' }) }],
  ['SHA256= in upper case', { headers: headersWith(`SHA256=${expectedHex}`) }],
  ['two signatures with a comma, the second right', { headers: headersWith(`${wrong},${expectedHex}`) }],
  ['two signatures with a space, the first right', { headers: headersWith(`${expectedHex} ${wrong}`) }],
  ['a time and a signature in one list', { headers: headersWith(`t=${seconds},v1=${expectedHex}`) }],
  ['v1, before each of several', { headers: headersWith(`v1,${wrong} v1,${expectedHex}`) }],
  ['a repeated header', { headers: headersWith([wrong, expectedHex]) }],
  ['a repeated header in two cases', { headers: { 'X-Subtotal-Signature': wrong, ...headersWith(expectedHex) } }],
  ['header names as documented', { headers: { 'X-Subtotal-Signature': expectedHex, 'X-Subtotal-Timestamp': seconds } }],
  ["the web's Headers", { headers: new Headers(sign()) }],
  [
    "the web's Headers with a repeated one",
    { headers: new Headers([['x-subtotal-signature', wrong], ...Object.entries(sign())]) },
  ],
  ['a timestamp given twice alike', { headers: { ...sign(), 'X-Subtotal-Timestamp': seconds } }],
  ['Unix milliseconds', { headers: sign({ timestampFormat: 'milliseconds' }) }],
  ['ISO 8601', { headers: sign({ timestampFormat: 'iso8601' }) }],
  ['ISO 8601 with an offset', { headers: sign({ timestamp: '2026-01-22T14:00:00+02:00' }) }],
  ['ISO 8601 without a zone, as UTC', { headers: sign({ timestamp: '2026-01-22 12:00:00' }) }],
  ['seconds with a fraction', { headers: sign({ timestamp: `${seconds}.25` }) }],
  ['the body as bytes', { body: Buffer.from(body), headers: sign() }],
  [
    'bytes that are not UTF-8',
    { body: new Uint8Array([0xff, 0xfe, 0]), headers: sign({ body: new Uint8Array([0xff, 0xfe, 0]) }) },
  ],
  ['an empty body', { body: '', headers: sign({ body: '' }) }],
  ['a whsec_ secret as text', { headers: sign({ secret: whsec }), secrets: [whsec] }],
  ['a whsec_ secret decoded', { headers: sign({ secret: whsec, key: 'decoded' }), secrets: [whsec] }],
  ['a whsec_ secret that is not base64', { headers: sign({ secret: 'whsec_!' }), secrets: ['whsec_!'] }],
  ['exactly 24 hours old', { headers: at(-day) }],
  ['exactly 24 hours ahead', { headers: at(day) }],
  ['old, with a wider tolerance', { headers: at(-2 * day), toleranceMs: 2 * day }],
]

const bad: [string, string, Partial<VerifyWebhookOptions>][] = [
  ['no headers', 'ERR_SIGNATURE_MISSING', { headers: {} }],
  ['an empty signature', 'ERR_SIGNATURE_MISSING', { headers: headersWith('') }],
  ['no timestamp', 'ERR_TIMESTAMP_MISSING', { headers: { 'x-subtotal-signature': expectedHex } }],
  ['a timestamp in words', 'ERR_TIMESTAMP_INVALID', { headers: sign({ timestamp: 'today' }) }],
  ['a negative timestamp', 'ERR_TIMESTAMP_INVALID', { headers: sign({ timestamp: '-1' }) }],
  ['a timestamp of 400 digits', 'ERR_TIMESTAMP_INVALID', { headers: sign({ timestamp: '9'.repeat(400) }) }],
  ['30 February', 'ERR_TIMESTAMP_INVALID', { headers: sign({ timestamp: '2026-02-30T00:00:00Z' }) }],
  ['two different timestamps', 'ERR_TIMESTAMP_INVALID', { headers: { ...sign(), 'X-Subtotal-Timestamp': '1' } }],
  ['two timestamps joined', 'ERR_TIMESTAMP_INVALID', { headers: headersWith(expectedHex, `${seconds}, ${seconds}`) }],
  ['another secret', 'ERR_SIGNATURE_MISMATCH', { headers: headersWith(wrong) }],
  ['another body', 'ERR_SIGNATURE_MISMATCH', { headers: sign(), body: `${body} ` }],
  ['another timestamp', 'ERR_SIGNATURE_MISMATCH', { headers: headersWith(expectedHex, String(Number(seconds) + 1)) }],
  ['the same time in another text', 'ERR_SIGNATURE_MISMATCH', { headers: headersWith(expectedHex, now.toISOString()) }],
  ['a signature cut short', 'ERR_SIGNATURE_MISMATCH', { headers: headersWith(expectedHex.slice(0, 62)) }],
  ['a signature with more after it', 'ERR_SIGNATURE_MISMATCH', { headers: headersWith(`${expectedHex}00`) }],
  ['base64 that ends in bits of nothing', 'ERR_SIGNATURE_MISMATCH', { headers: headersWith(sloppyBase64) }],
  ['an unknown prefix', 'ERR_SIGNATURE_MISMATCH', { headers: headersWith(`v9=${expectedHex}`) }],
  [
    'SHA-1',
    'ERR_SIGNATURE_MISMATCH',
    { headers: headersWith(createHmac('sha1', secret).update(`${seconds}.${body}`).digest('hex')) },
  ],
  [
    'the body signed alone',
    'ERR_SIGNATURE_MISMATCH',
    { headers: headersWith(createHmac('sha256', secret).update(body).digest('hex')) },
  ],
  ['only separators', 'ERR_SIGNATURE_MISMATCH', { headers: headersWith(', ,') }],
  ['letters that are no encoding', 'ERR_SIGNATURE_MISMATCH', { headers: headersWith('é'.repeat(64)) }],
  [
    'a decoded key of an unprefixed secret',
    'ERR_SIGNATURE_MISMATCH',
    { headers: sign({ secret: whsec, key: 'decoded' }), secrets: [whsec.slice(6)] },
  ],
  [
    'a right signature behind too many',
    'ERR_SIGNATURE_MISMATCH',
    { headers: headersWith(`${`${wrong},`.repeat(maxSignatures)}${expectedHex}`) },
  ],
  ['a millisecond too old', 'ERR_TIMESTAMP_OUTSIDE_TOLERANCE', { headers: at(-day - 1) }],
  ['a millisecond too far ahead', 'ERR_TIMESTAMP_OUTSIDE_TOLERANCE', { headers: at(day + 1) }],
  ['too old, no tolerance', 'ERR_TIMESTAMP_OUTSIDE_TOLERANCE', { headers: at(-1), toleranceMs: 0 }],
]

describe('verifyWebhook', () => {
  it.each(good)('accepts %s', (_name, options) => {
    expect(codeOf(options)).toBe('accepted')
  })

  it.each(bad)('refuses %s with %s', (_name, code, options) => {
    expect(codeOf(options)).toBe(code)
  })

  it('says when the webhook was signed and with which of the secrets', () => {
    const secrets = [secret, oldSecret]
    expect(verify({ headers: sign({ secret: oldSecret }), secrets })).toEqual({ timestamp: now, secretIndex: 1 })
    expect(verify({ headers: sign({ secret: [oldSecret, secret] }), secrets })).toEqual({ timestamp: now, secretIndex: 0 })
  })

  it.each<[string, Partial<VerifyWebhookOptions>]>([
    ['secrets', { secrets: [] }],
    ['secrets', { secrets: [secret, ''] }],
    ['toleranceMs', { toleranceMs: -1 }],
    ['toleranceMs', { toleranceMs: Number.NaN }],
    ['now', { now: new Date(Number.NaN) }],
  ])('names the option %s when it cannot work', (name, options) => {
    expect(() => verify({ headers: sign(), ...options })).toThrow(OptionsError)
    expect(() => verify({ headers: sign(), ...options })).toThrow(name)
  })

  it('refuses a body that is already parsed and secrets that are one text, for callers without types', () => {
    expect(() => Reflect.apply(verifyWebhook, undefined, [{ body: {}, headers: sign(), secrets: [secret] }])).toThrow(
      OptionsError,
    )
    expect(() => Reflect.apply(verifyWebhook, undefined, [{ body, headers: sign(), secrets: secret }])).toThrow(OptionsError)
  })

  it('knows the sloppy text as the same bytes, so that its refusal means something', () => {
    expect(Buffer.from(sloppyBase64, 'base64')).toEqual(Buffer.from(base64, 'base64'))
  })

  it('looks at few of the signatures in a huge header', () => {
    expect(readSignatures([`${expectedHex},`.repeat(100_000)])).toHaveLength(maxSignatures)
    expect(readSignatures(Array.from({ length: 10_000 }, () => expectedHex))).toHaveLength(maxSignatures)
    expect(readSignatures(['x,'.repeat(2048) + expectedHex])).toHaveLength(0)
  })

  it('never says a secret, a signature or the body in an error', () => {
    for (const [, , options] of bad) {
      const message = messageOf(options)
      for (const value of [secret, whsec, body, expectedHex, wrong, seconds]) expect(message).not.toContain(value)
    }
  })
})

function messageOf(options: Partial<VerifyWebhookOptions>): string {
  try {
    verify(options)
    return ''
  } catch (error) {
    return error instanceof Error
      ? `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`
      : String(error)
  }
}
