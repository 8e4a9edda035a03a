import { readFileSync } from 'node:fs'
import { WebhookParseError } from '../../errors/webhook-error.ts'
import type { Purchase, SubtotalEvent } from '../../event/subtotal-event.ts'
import type { ParseWebhookOptions } from '../parse-webhook.ts'
import { parseWebhook } from '../parse-webhook.ts'
import type { WebhookBody } from '../webhook-body.ts'

/** The event id of the published example, and the time in it. */
export const id = '01KFJSR44CPH867805V8GJ9VCY'
export const idTime = '2026-01-22T12:09:28.972Z'
export const receivedAt: Date = new Date('2026-01-22T12:30:00.000Z')

type Wire = Record<string, unknown>

export const connection: Wire = { connection_id: 'connection-1', customer_id: 'customer-1', retailer_id: 'walmart', email: null, mobile: null }
export const wirePurchase: Wire = {
  purchase_id: 'purchase-1',
  date: '2026-01-22T10:00:00Z',
  total: '9.34',
  tax: '0.85',
  subtotal: '8.49',
  item_count: 1,
  items: [],
}

/** A recorded body: the name of a file in this folder without `.json`. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`./${name}.json`, import.meta.url))
}

export function bodyOf(type: string, payload: unknown, rest: Wire = {}): string {
  return JSON.stringify({ type, id, payload, ...rest })
}

export function purchaseBody(purchase: Wire, rest: Wire = {}): string {
  return bodyOf('purchase.created', { connection, purchase: { ...wirePurchase, ...purchase } }, rest)
}

export function activated(change: Wire = {}, rest: Wire = {}): string {
  return bodyOf('connection.activated', { connection: { ...connection, ...change } }, rest)
}

/** The event of a webhook that must be accepted. */
export function parse(body: WebhookBody, options: ParseWebhookOptions = {}): SubtotalEvent {
  const event = parseWebhook(body, { receivedAt, ...options })
  if (event === null) throw new Error('the webhook was ignored')
  return event
}

export function purchaseOf(body: WebhookBody): Purchase {
  const event = parse(body)
  if (event.type !== 'purchase.created') throw new Error('not a purchase')
  return event.purchase
}

/** The event, `null` or the `WebhookParseError`; anything else that is thrown is thrown on. */
export function outcome(body: WebhookBody): SubtotalEvent | null | WebhookParseError {
  try {
    return parseWebhook(body, { receivedAt })
  } catch (error) {
    if (error instanceof WebhookParseError) return error
    throw error
  }
}

/** The error of a webhook that must be refused. */
export function refusal(body: WebhookBody): WebhookParseError {
  const error = outcome(body)
  if (error instanceof WebhookParseError) return error
  throw new Error('the webhook was accepted')
}
