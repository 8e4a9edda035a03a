import { OptionsError } from '../errors/options-error.ts'
import { computeSignature } from './compute-signature.ts'
import { decodedKey, type SigningKey, textKey } from './signing-keys.ts'
import type { WebhookBody } from './webhook-body.ts'
import { isWebhookBody } from './webhook-body.ts'

/** How the signature's bytes are written. */
export type SignatureEncoding = 'hex' | 'base64' | 'base64url'

/** How the time is written in `X-Subtotal-Timestamp`. */
export type TimestampFormat = 'seconds' | 'milliseconds' | 'iso8601'

/** What {@link signWebhook} takes. Subtotal leaves the forms undocumented: every form that `verifyWebhook` accepts can be made. */
export interface SignWebhookOptions {
  /** What will be sent, byte for byte. */
  readonly body: WebhookBody
  /** The signing secret. Several make several signatures, in order, as during a rotation. */
  readonly secret: string | readonly string[]
  /** When it is signed. Default now. A string is sent and signed as it is. */
  readonly timestamp?: Date | string
  /** How a `Date` is written. Default `'seconds'`. */
  readonly timestampFormat?: TimestampFormat
  /** Default `'hex'`. */
  readonly encoding?: SignatureEncoding
  /** Put before each signature. Default none. */
  readonly prefix?: '' | 'sha256=' | 'v1=' | 'v1,'
  /** Put between several signatures. Default `','`. */
  readonly separator?: ',' | ', ' | ' '
  /** What the key is: the secret's UTF-8 text (default), or the decoded remainder of `whsec_<base64>`. */
  readonly key?: 'text' | 'decoded'
}

/** The two headers that Subtotal sends with a webhook. */
export type SignatureHeaders = {
  readonly 'x-subtotal-signature': string
  readonly 'x-subtotal-timestamp': string
}

/**
 * Signs a webhook as Subtotal does: for tests, and for sending to a receiver by hand. Throws an `OptionsError` for an empty or
 * missing secret, an invalid timestamp, a body that is not text or bytes, and `key: 'decoded'` with a secret of another form.
 *
 * @example
 * const headers = signWebhook({ body, secret })
 * await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
 * @see https://docs.subtotal.com/docs/webhooks/verifying-signatures
 */
export function signWebhook(options: SignWebhookOptions): SignatureHeaders {
  const { body, secret, encoding = 'hex', prefix = '', separator = ',', key = 'text' } = options
  if (!isWebhookBody(body)) throw new OptionsError('body must be the text or the bytes that are sent')
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (secrets.length === 0) throw new OptionsError('secret must name at least one signing secret')
  const timestamp = writeTimestamp(options.timestamp ?? new Date(), options.timestampFormat ?? 'seconds')
  const signatures = secrets.map((one) => prefix + computeSignature(keyOf(one, key), timestamp, body).toString(encoding))
  return { 'x-subtotal-signature': signatures.join(separator), 'x-subtotal-timestamp': timestamp }
}

function keyOf(secret: string, key: 'text' | 'decoded'): SigningKey {
  if (secret === '') throw new OptionsError('secret must not be empty')
  const signingKey = key === 'text' ? textKey(secret) : decodedKey(secret)
  if (signingKey === undefined) throw new OptionsError("secret must be whsec_ and base64 when key is 'decoded'")
  return signingKey
}

function writeTimestamp(timestamp: Date | string, format: TimestampFormat): string {
  if (typeof timestamp === 'string') return timestamp
  const milliseconds = timestamp.getTime()
  if (Number.isNaN(milliseconds)) throw new OptionsError('timestamp must be a valid date')
  switch (format) {
    case 'seconds':
      return String(Math.floor(milliseconds / 1000))
    case 'milliseconds':
      return String(milliseconds)
    case 'iso8601':
      return timestamp.toISOString()
  }
}
