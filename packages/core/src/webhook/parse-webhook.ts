import { z } from 'zod'
import { OptionsError } from '../errors/options-error.ts'
import { WebhookParseError } from '../errors/webhook-error.ts'
import type { ConnectionState } from '../event/complete-event.ts'
import { completeEvent } from '../event/complete-event.ts'
import type { SubtotalEvent } from '../event/subtotal-event.ts'
import { readJson, tryJson } from './read-json.ts'
import { invalidWebhook, readWire } from './read-wire.ts'
import type { ReceiptContext } from './receipt-context.ts'
import { defaultHistoricalAfterMs } from './receipt-context.ts'
import { toSubtotalEvent } from './to-subtotal-event.ts'
import type { WebhookBody } from './webhook-body.ts'
import { isWebhookBody } from './webhook-body.ts'
import type { WireSubject } from './wire-envelope.ts'
import { envelopeSchema, wireSubjects } from './wire-envelope.ts'

/** What {@link parseWebhook} may be told besides the body. */
export interface ParseWebhookOptions {
  /**
   * What was known of the event's connection before it. Fills in the customer and the retailer where the webhook leaves them out,
   * and tells a new login from a first link. See `completeEvent`.
   */
  readonly previous?: ConnectionState | undefined
  /** When the webhook came in. Default now. */
  readonly receivedAt?: Date
  /** When it was signed: `verifyWebhook(…).timestamp`. The event's time when nothing better is known. */
  readonly signedAt?: Date | undefined
  /** A purchase older than this at its receipt is historical, in milliseconds. Default 72 hours. */
  readonly historicalAfterMs?: number
}

const typeSchema = z.object({ type: z.string() })

/**
 * A webhook's body as an event; `null` for a documented webhook that needs no delivery (`connection.initialized`). Verify the
 * signature first. Pure, but for the default of `receivedAt`.
 *
 * Without `previous` a `connection.activated` is always `account.connected`: whether it is a first link or a new login depends on
 * what was known of the connection, and the webhook does not say.
 *
 * Throws a `WebhookParseError`: `ERR_WEBHOOK_NOT_JSON`, `ERR_WEBHOOK_UNKNOWN_TYPE`, or `ERR_WEBHOOK_INVALID` with the names of the
 * `fields` that are missing or of another type; its message never quotes the body. Throws an `OptionsError` for an invalid date, a
 * negative `historicalAfterMs`, or a body that is already parsed.
 *
 * Required are an id, a type that is known, a connection id, and for a purchase its id. Everything else may be absent, null or empty; fields
 * that are not known are ignored. What else is accepted, and where it comes from, stands beside the fields' definitions.
 *
 * @see https://docs.subtotal.com/docs/webhooks/events
 */
export function parseWebhook(body: WebhookBody, options: ParseWebhookOptions = {}): SubtotalEvent | null {
  const context = toContext(body, options)
  const webhook = readJson(body)
  const subject = toSubject(readWire(typeSchema, webhook, []).type)
  if (subject.kind === 'ignored') return null
  const { id, is_simulated: isSimulated, payload } = readWire(envelopeSchema, webhook, [])
  if (id === null) throw invalidWebhook([['id']])
  const event = toSubtotalEvent({ id, subject, isSimulated, payload: toPayload(payload) }, context)
  return completeEvent(event, options.previous)
}

function toSubject(type: string): WireSubject {
  const subject = wireSubjects.get(type)
  if (subject !== undefined) return subject
  throw new WebhookParseError('ERR_WEBHOOK_UNKNOWN_TYPE', 'The webhook has a type that this version does not know', ['type'])
}

/** The events page's table calls the payload a string; every example shows an object. */
function toPayload(payload: unknown): unknown {
  return typeof payload === 'string' ? tryJson(payload) : payload
}

function toContext(body: unknown, options: ParseWebhookOptions): ReceiptContext {
  const { receivedAt = new Date(), signedAt, historicalAfterMs = defaultHistoricalAfterMs } = options
  if (!isWebhookBody(body)) throw new OptionsError('body must be the raw text or bytes of the request, not a parsed object')
  if (Number.isNaN(receivedAt.getTime())) throw new OptionsError('receivedAt must be a valid date')
  if (signedAt !== undefined && Number.isNaN(signedAt.getTime())) throw new OptionsError('signedAt must be a valid date')
  if (!(historicalAfterMs >= 0)) throw new OptionsError('historicalAfterMs must be zero or more milliseconds')
  return { receivedAt: receivedAt.getTime(), signedAt: signedAt?.getTime(), historicalAfterMs }
}
