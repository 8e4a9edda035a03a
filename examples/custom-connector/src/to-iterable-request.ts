import type { DestinationRequest } from '@subtotal-connectors/core'
import { trackBulkPath } from './iterable-api.ts'
import type { IterableEvent } from './iterable-event.ts'

/** Messages → request. */
export function toIterableRequest(events: readonly IterableEvent[]): DestinationRequest {
  return { path: trackBulkPath, body: { events } }
}
