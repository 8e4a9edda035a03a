import { z } from 'zod'
import { flagField, textField } from './wire-field.ts'

/** What a webhook's type is about. */
export type WireSubject =
  | { readonly kind: 'purchase' }
  | { readonly kind: 'connection'; readonly type: 'account.connected' | 'account.disconnected' | 'connection.unauthenticated' }
  | { readonly kind: 'profile'; readonly type: 'profile.created' | 'profile.updated' }
  | { readonly kind: 'ignored' }

/**
 * The webhook types and what they become. `connection.deleted` and `connection.initialized` are of 2025; the first is today's
 * `connection.disconnected`, the second only says that a customer began to link. `connection.profile.updated` is on no stored page by this
 * name: it is what the Klaviyo event "Profile Updated" must come from.
 *
 * @see https://docs.subtotal.com/docs/webhooks/events
 * @see https://www.subtotal.com/docs/webhooks/webhooks
 */
export const wireSubjects: ReadonlyMap<string, WireSubject> = new Map<string, WireSubject>([
  ['purchase.created', { kind: 'purchase' }],
  ['connection.activated', { kind: 'connection', type: 'account.connected' }],
  ['connection.disconnected', { kind: 'connection', type: 'account.disconnected' }],
  ['connection.deleted', { kind: 'connection', type: 'account.disconnected' }],
  ['connection.unauthenticated', { kind: 'connection', type: 'connection.unauthenticated' }],
  ['connection.profile.created', { kind: 'profile', type: 'profile.created' }],
  ['connection.profile.updated', { kind: 'profile', type: 'profile.updated' }],
  ['connection.initialized', { kind: 'ignored' }],
])

/** What stands around every payload. */
export interface WireEnvelope {
  id: string | null
  is_simulated: boolean
  payload?: unknown
}

/**
 * The envelope, apart from its `type`. The payload is an object in every example and a string in the table: both are read. Other
 * keys (`created_at` of 2025, `subtotal_client_id` of partner apps) are not used.
 *
 * @see https://docs.subtotal.com/docs/webhooks/events
 */
export const envelopeSchema: z.ZodType<WireEnvelope> = z.object({ id: textField, is_simulated: flagField, payload: z.unknown() })
