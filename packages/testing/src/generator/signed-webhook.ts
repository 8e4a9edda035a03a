import { signWebhook } from '@subtotal-connectors/core'

/** A request to a webhook receiver, ready for `fetch`. */
export interface SignedWebhook {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** Signs a body as Subtotal does and adds the content type. `now`: when it is signed, default now. */
export function signedWebhook(body: string, secret: string, now: Date = new Date()): SignedWebhook {
  return { body, headers: { 'content-type': 'application/json', ...signWebhook({ body, secret, timestamp: now }) } }
}
