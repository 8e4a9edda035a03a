import { createHmac } from 'node:crypto'
import type { SigningKey } from './signing-keys.ts'
import type { WebhookBody } from './webhook-body.ts'

/** Bytes of a signature: HMAC-SHA256 gives 32. */
export const signatureBytes = 32

/**
 * HMAC-SHA256 over the timestamp as the header holds it, a period, and the body's bytes.
 *
 * @see https://docs.subtotal.com/docs/webhooks/verifying-signatures
 */
export function computeSignature({ text, encoding }: SigningKey, timestamp: string, body: WebhookBody): Buffer {
  return createHmac('sha256', text, { encoding }).update(`${timestamp}.`).update(body).digest()
}
