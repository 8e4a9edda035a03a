import type { SubtotalEvent } from '@subtotal-connectors/core'
import { WebhookParseError } from '@subtotal-connectors/core'

/** Subtotal's ids have 26 characters; an idempotency key is one with the type before it. PostgreSQL's indexes take a few of this size. */
const maxBytes = 512

/**
 * Whether a store can tell the id from every other: a lone surrogate becomes the same replacement character as any other, and two
 * events would be one. Longer than 512 bytes of UTF-8 it is no id, and would be repeated in every log line and answer.
 */
export function isUsableId(id: string): boolean {
  return Buffer.byteLength(id) <= maxBytes && id.isWellFormed()
}

/** The fields of a webhook with ids of the event that cannot be used. */
export function unusableIds(event: SubtotalEvent): readonly string[] {
  const { connection, customer } = event
  const ids = {
    id: event.id,
    'payload.connection.connection_id': connection.id,
    'payload.connection.customer_id': customer.id,
    'payload.connection.retailer_id': connection.retailer,
    ...(event.type === 'purchase.created' ? { 'payload.purchase.purchase_id': event.purchase.id } : {}),
  }
  return Object.entries(ids).flatMap(([field, id]) => (id === null || isUsableId(id) ? [] : field))
}

/** Throws a `WebhookParseError` that names the ids that cannot be used, so that the webhook is kept in quarantine. */
export function refuseUnusableIds(event: SubtotalEvent): void {
  const unusable = unusableIds(event)
  if (unusable.length === 0) return
  throw new WebhookParseError('ERR_WEBHOOK_INVALID', `The webhook has ids that cannot be used: ${unusable.join(', ')}`, unusable)
}
