import type { DestinationApi } from '@subtotal-connectors/core'
import { customerioLimits } from './customerio-limits.ts'
import type { CustomerioRegion } from './customerio-regions.ts'
import { customerioRegions } from './customerio-regions.ts'
import { mapBatchResponse } from './map-batch-response.ts'
import { mayFollowRedirect } from './may-follow-redirect.ts'

/** What {@link toCustomerioApi} needs. */
export interface CustomerioAccess {
  readonly apiKey: string
  readonly region?: CustomerioRegion
  readonly baseUrl?: string
}

/** The path of every request: a batch also of one. */
export const batchPath = '/v1/batch'

/**
 * How to speak to the Pipelines API: Basic authentication with the key as user name, an empty password, and strict mode, without
 * which a wrong key or an invalid message is answered 200 and lost.
 *
 * Source: https://docs.customer.io/files/pipelines.json (`X-Strict-Mode`, `Basic-Auth`)
 */
export function toCustomerioApi<Message extends { readonly messageId: string }>(
  access: CustomerioAccess,
): DestinationApi<Message> {
  const origin = access.baseUrl ?? customerioRegions[access.region ?? 'us']
  return {
    title: 'Customer.io',
    origin,
    headers: { 'content-type': 'application/json', 'x-strict-mode': '1' },
    credentials: { authorization: `Basic ${Buffer.from(`${access.apiKey}:`).toString('base64')}` },
    limits: customerioLimits,
    toRequest: (messages) => ({ path: batchPath, body: { batch: messages } }),
    mapResponse: mapBatchResponse,
    dedupeKey: (message) => message.messageId,
    mayFollowRedirect: (url) => mayFollowRedirect(origin, url),
  }
}
