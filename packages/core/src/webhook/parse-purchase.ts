import type { Purchase } from '../event/subtotal-event.ts'
import type { WirePath } from './read-wire.ts'
import { invalidWebhook, readWire } from './read-wire.ts'
import { toPurchase } from './to-purchase.ts'
import { purchaseSchema } from './wire-purchase.ts'

/**
 * A purchase as Subtotal's webhooks and its API describe it, of any age, in canonical form. Throws a `WebhookParseError` with
 * `ERR_WEBHOOK_INVALID` and the names of the `fields` that are missing or of another type, without their values. Only the id is required.
 *
 * @see https://docs.subtotal.com/docs/api-reference/purchases/get-purchase
 */
export function parsePurchase(value: unknown, path: WirePath = []): Purchase {
  const wire = readWire(purchaseSchema, value, path)
  if (wire.purchase_id === null) throw invalidWebhook([[...path, 'purchase_id']])
  return toPurchase(wire.purchase_id, wire)
}
