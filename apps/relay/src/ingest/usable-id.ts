import type { SubtotalEvent } from '@subtotal-connectors/core'
import { WebhookParseError } from '@subtotal-connectors/core'

/** Subtotal's ids have 26 characters; an idempotency key is one with the type before it. */
const maxLength = 512

/**
 * Whether a store can tell the id from every other: a lone surrogate becomes the same replacement character as any other, and two
 * events would be one. Longer than 512 characters it is no id, and would be repeated in every log line and answer.
 */
export function isUsableId(id: string): boolean {
  return id.length <= maxLength && id.isWellFormed()
}

/** Throws a `WebhookParseError` that names the ids that cannot be used, so that the webhook is kept in quarantine. */
export function refuseUnusableIds(event: SubtotalEvent): void {
  const ids = { id: event.id, 'payload.connection.connection_id': event.connection.id, ...purchaseId(event) }
  const unusable = Object.entries(ids).flatMap(([field, id]) => (isUsableId(id) ? [] : field))
  if (unusable.length === 0) return
  throw new WebhookParseError('ERR_WEBHOOK_INVALID', `The webhook has ids that cannot be used: ${unusable.join(', ')}`, unusable)
}

function purchaseId(event: SubtotalEvent): Readonly<Record<string, string>> {
  return event.type === 'purchase.created' ? { 'payload.purchase.purchase_id': event.purchase.id } : {}
}
