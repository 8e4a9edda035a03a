import type { SubtotalEvent } from '@subtotal-connectors/core'
import { contentHash } from '../../src/ingest/content-hash.ts'
import { orderKey } from '../../src/ingest/order-key.ts'
import type { IncomingEvent } from '../../src/store/store.ts'

/** When the tests' events come in. */
export const receivedAt: number = Date.parse('2026-11-20T12:00:00Z')

/** An event as the receiver hands it to the store. `happenedAt`: its place among its connection's events, default the receipt. */
export function incoming(event: SubtotalEvent, happenedAt: number = receivedAt): IncomingEvent {
  return { event, orderKey: orderKey(event.id, happenedAt), contentHash: contentHash(event), receivedAt }
}
