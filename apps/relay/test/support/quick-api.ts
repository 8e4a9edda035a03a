import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import { createSubtotalApi } from '@subtotal-connectors/subtotal-api'

/** The key of {@link quickApi}. */
export const subtotalKey = 'subtotal-key-of-the-tests'

/** A client that waits for nothing between requests, and repeats them at once. */
export function quickApi(baseUrl: string): SubtotalApi {
  return createSubtotalApi({ apiKey: subtotalKey, baseUrl, requestsPerSecond: 1_000, concurrency: 16, retries: 0 })
}
