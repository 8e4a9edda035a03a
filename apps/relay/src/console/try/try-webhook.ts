import type { Connector, SubtotalEvent } from '@subtotal-connectors/core'
import { verifyWebhook, WebhookParseError, WebhookVerificationError } from '@subtotal-connectors/core'
import { understandWebhook } from '../../ingest/understand-webhook.ts'
import type { EventPlan } from '../events/plan-event.ts'
import { tryPlan } from '../events/plan-event.ts'

/** A webhook that a person gives; its signature where they have that too. */
export interface GivenWebhook {
  readonly body: string
  readonly signature: string
  readonly timestamp: string
}

/** What trying works with. */
export interface TryOptions {
  /** What the relay verifies with. */
  readonly signing: { readonly secrets: readonly string[]; readonly toleranceMs: number }
  readonly connectors: Readonly<Record<string, Connector>>
  readonly now: number
}

/** Whether the signature is right. */
export type Verification =
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'verified'; readonly signedAt: number; readonly secretIndex: number }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }

/** What the relay would make of a webhook. */
export type Understanding =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'quarantined'; readonly code: string; readonly message: string; readonly fields: readonly string[] }
  | { readonly kind: 'event'; readonly event: SubtotalEvent; readonly plans: readonly EventPlan[] }

/** What was found of a webhook, without storing or sending anything. */
export interface TriedWebhook {
  readonly verification: Verification
  readonly understanding: Understanding
}

/** Verifies and understands a webhook as the relay would, and plans what each destination would be sent. Stores and sends nothing. */
export function tryWebhook(given: GivenWebhook, options: TryOptions): TriedWebhook {
  return { verification: verify(given, options), understanding: understand(given.body, options) }
}

function verify({ body, signature, timestamp }: GivenWebhook, { signing, now }: TryOptions): Verification {
  if (signature === '' && timestamp === '') return { kind: 'unsigned' }
  const headers = { 'x-subtotal-signature': signature, 'x-subtotal-timestamp': timestamp }
  let refused: Verification = { kind: 'unsigned' }
  for (const written of waysOfWriting(body)) {
    try {
      const { timestamp: signedAt, secretIndex } = verifyWebhook({ body: written, headers, ...signing, now: new Date(now) })
      return { kind: 'verified', signedAt: signedAt.getTime(), secretIndex }
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error
      refused = { kind: 'refused', code: error.code, message: error.message }
    }
  }
  return refused
}

/** A form makes every line end CR LF, and pasting adds lines: what was signed is one of these. */
function waysOfWriting(body: string): readonly string[] {
  const plain = body.replaceAll('\r\n', '\n')
  return [...new Set([plain, plain.trim(), `${plain.trim()}\n`, body])]
}

function understand(body: string, { connectors, now }: TryOptions): Understanding {
  try {
    const understood = understandWebhook(Buffer.from(body), { receivedAt: now, signedAt: now })
    if (understood === null) return { kind: 'ignored' }
    const { event } = understood
    const plans = Object.entries(connectors).map(([destination, connector]) => ({ destination, plan: tryPlan(connector, event) }))
    return { kind: 'event', event, plans }
  } catch (error) {
    if (!(error instanceof WebhookParseError)) throw error
    return { kind: 'quarantined', code: error.code, message: error.message, fields: error.fields }
  }
}
