import { createHash } from 'node:crypto'
import type { SubtotalEvent } from '@subtotal-connectors/core'

/**
 * SHA-256 over what an event says, as parsed and before anything is completed. What may differ between two deliveries of one
 * thing is left out: the id, the times, and whether it counts as historical.
 */
export function contentHash(event: SubtotalEvent): string {
  const { id: _id, occurredAt: _occurredAt, receivedAt: _receivedAt, isHistorical: _isHistorical, ...content } = event
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url')
}
