import { parseWebhook } from '@subtotal-connectors/core'
import type { IncomingEvent } from '../store/store.ts'
import { contentHash } from './content-hash.ts'
import { orderKey } from './order-key.ts'
import { refuseUnusableIds } from './usable-id.ts'

/**
 * A verified webhook as it goes into the store; `null` for one that needs no delivery. Times in milliseconds since 1970. Throws a
 * `WebhookParseError` when it is not understood.
 */
export function understandWebhook(body: Uint8Array, times: { receivedAt: number; signedAt: number }): IncomingEvent | null {
  const { receivedAt, signedAt } = times
  const event = parseWebhook(body, { receivedAt: new Date(receivedAt), signedAt: new Date(signedAt) })
  if (event === null) return null
  refuseUnusableIds(event)
  return { event, orderKey: orderKey(event.id, signedAt), contentHash: contentHash(event), receivedAt }
}
