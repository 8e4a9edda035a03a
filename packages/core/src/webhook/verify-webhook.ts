import { timingSafeEqual } from 'node:crypto'
import { OptionsError } from '../errors/options-error.ts'
import { WebhookVerificationError } from '../errors/webhook-error.ts'
import { computeSignature } from './compute-signature.ts'
import { parseTimestamp } from './parse-time.ts'
import { readSignatures } from './read-signatures.ts'
import { signingKeys } from './signing-keys.ts'
import type { WebhookBody } from './webhook-body.ts'
import { isWebhookBody } from './webhook-body.ts'
import type { WebhookHeaders } from './webhook-headers.ts'
import { readHeader } from './webhook-headers.ts'

/** What {@link verifyWebhook} takes. */
export interface VerifyWebhookOptions {
  /** The request's body as it came in, before any parsing. Bytes are best: text must be what the bytes say in UTF-8. */
  readonly body: WebhookBody
  readonly headers: WebhookHeaders
  /** The destination's signing secret; two of them while it is being replaced. */
  readonly secrets: readonly string[]
  /**
   * How far the signature's time may be from `now`, in either direction, in milliseconds, inclusive. Default 24 hours: Subtotal
   * retries for 17 h 35 min and does not say whether a retry is signed anew. Deduplicate on the event's id for longer than this.
   */
  readonly toleranceMs?: number
  /** Default the current time. */
  readonly now?: Date
}

/** What a right signature says. */
export interface VerifiedWebhook {
  /** When the webhook was signed. */
  readonly timestamp: Date
  /** Which of `secrets` it was signed with: the first that matches. */
  readonly secretIndex: number
}

const defaultToleranceMs = 24 * 60 * 60 * 1000

/**
 * Checks that a webhook comes from Subtotal: HMAC-SHA256 over `X-Subtotal-Timestamp`, a period and the raw body, in
 * `X-Subtotal-Signature`. Subtotal documents no encodings, so accepted are: signatures in hex, base64 or base64url, bare or after
 * `sha256=`, `v1=` or `v1,`, several of them (any may match) separated by commas, spaces or repeated headers; timestamps in
 * Unix seconds, Unix milliseconds or ISO 8601; the secret as text and, when it is `whsec_<base64>`, decoded.
 *
 * Throws a `WebhookVerificationError` with one of the codes `ERR_SIGNATURE_MISSING`, `ERR_TIMESTAMP_MISSING`,
 * `ERR_TIMESTAMP_INVALID`, `ERR_SIGNATURE_MISMATCH`, `ERR_TIMESTAMP_OUTSIDE_TOLERANCE` (the signature itself is right), and an
 * `OptionsError` for options that cannot work.
 *
 * @see https://docs.subtotal.com/docs/webhooks/verifying-signatures
 */
export function verifyWebhook(options: VerifyWebhookOptions): VerifiedWebhook {
  const { body, headers, secrets, toleranceMs = defaultToleranceMs, now = new Date() } = options
  checkOptions(body, secrets, toleranceMs, now)
  const signatureHeader = readHeader(headers, 'x-subtotal-signature')
  if (signatureHeader.length === 0) throw new WebhookVerificationError('ERR_SIGNATURE_MISSING', 'X-Subtotal-Signature is missing')
  const [timestampHeader, ...otherTimestamps] = new Set(readHeader(headers, 'x-subtotal-timestamp'))
  if (timestampHeader === undefined)
    throw new WebhookVerificationError('ERR_TIMESTAMP_MISSING', 'X-Subtotal-Timestamp is missing')
  const timestamp = otherTimestamps.length === 0 ? parseTimestamp(timestampHeader) : undefined
  if (timestamp === undefined) {
    throw new WebhookVerificationError(
      'ERR_TIMESTAMP_INVALID',
      'X-Subtotal-Timestamp is not one time in Unix seconds, Unix milliseconds or ISO 8601',
    )
  }
  const secretIndex = matchingSecret(secrets, timestampHeader, body, readSignatures(signatureHeader))
  if (secretIndex === undefined) {
    throw new WebhookVerificationError(
      'ERR_SIGNATURE_MISMATCH',
      'X-Subtotal-Signature does not match the body and the signing secrets',
    )
  }
  if (Math.abs(now.getTime() - timestamp) > toleranceMs) {
    throw new WebhookVerificationError('ERR_TIMESTAMP_OUTSIDE_TOLERANCE', 'X-Subtotal-Timestamp is too far from the current time')
  }
  return { timestamp: new Date(timestamp), secretIndex }
}

/** Every key is compared with every signature, whatever matched before, so that the time taken tells nothing of the keys. */
function matchingSecret(
  secrets: readonly string[],
  timestamp: string,
  body: WebhookBody,
  signatures: readonly Buffer[],
): number | undefined {
  const matching = new Set<number>()
  for (const [index, secret] of secrets.entries()) {
    for (const key of signingKeys(secret)) {
      const expected = computeSignature(key, timestamp, body)
      for (const signature of signatures) if (timingSafeEqual(expected, signature)) matching.add(index)
    }
  }
  const [first] = matching
  return first
}

function checkOptions(body: unknown, secrets: unknown, toleranceMs: number, now: Date): void {
  if (!isWebhookBody(body)) throw new OptionsError('body must be the raw text or bytes of the request, not a parsed object')
  if (!Array.isArray(secrets) || secrets.length === 0)
    throw new OptionsError('secrets must be a list of at least one signing secret')
  if (!secrets.every((secret) => typeof secret === 'string' && secret.trim() !== '')) {
    throw new OptionsError('secrets must not hold an empty signing secret')
  }
  if (!(toleranceMs >= 0)) throw new OptionsError('toleranceMs must be zero or more milliseconds')
  if (Number.isNaN(now.getTime())) throw new OptionsError('now must be a valid date')
}
