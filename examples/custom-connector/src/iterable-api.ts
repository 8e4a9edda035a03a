import type { ConnectorLimits } from '@subtotal-connectors/core'

/** By data center. Source: https://support.iterable.com/hc/en-us/articles/41044692130196-Getting-Started-with-Iterable-s-API. */
export const iterableOrigins = { us: 'https://api.iterable.com', eu: 'https://api.eu.iterable.com' } as const

/** Takes events of many people in one request. Source: https://api.iterable.com/api/docs#events_trackBulk. */
export const trackBulkPath = '/api/events/trackBulk'

/** Characters of an event's `id`. Source: https://github.com/Iterable/api-client, src/types/events.ts. */
export const maxIdLength = 512

/**
 * 4 MB a request and no number of events, says an engineer of Iterable; 1,000 is what others send. 10 requests a second for a
 * project. An event whose `id` is known already is updated, so a repeat does no harm.
 * Sources: https://github.com/segmentio/action-destinations/pull/2343,
 * https://hookdeck.com/webhooks/platforms/how-to-solve-iterable-exceeded-rate-limit-for-webhooks,
 * https://github.com/Iterable/api-client, src/types/events.ts.
 */
export const iterableLimits: ConnectorLimits = {
  maxMessagesPerRequest: 1_000,
  maxBytesPerRequest: 4_000_000,
  requestRates: [{ requests: 10, perMs: 1_000 }],
  deduplicates: 'yes',
}
