import type { ConnectorLimits } from '@subtotal-connectors/core'

/** UTF-8 bytes of one message as JSON, see {@link customerioLimits}. */
export const maxMessageBytes = 32_000

/**
 * What Customer.io documents as "32 KB" for one message and "500 KB" for one batch without saying what a KB is: its Go SDK counts
 * 32,000, its Python SDK sends at most 475,000, and the smaller of each is kept. No number of messages is documented; 100 is
 * the Python SDK's. The rate is documented as 3,000 requests in 3 seconds, not strictly enforced. No Pipelines document
 * promises that a repeated `messageId` is ignored.
 *
 * Sources: https://docs.customer.io/files/pipelines.json (`info`, `/batch`), https://github.com/customerio/cdp-analytics-go,
 * https://github.com/customerio/cdp-analytics-python
 */
export const customerioLimits: ConnectorLimits = {
  maxMessagesPerRequest: 100,
  maxBytesPerRequest: 475_000,
  maxBytesPerMessage: maxMessageBytes,
  requestRates: [{ requests: 3_000, perMs: 3_000 }],
  deduplicates: 'unconfirmed',
}

/**
 * Limits of the Journeys product behind the Pipelines API, in UTF-8 bytes. It drops what is over them without an answer.
 *
 * Source: https://docs.customer.io/files/journeys-track.json
 */
export const journeysLimits = { personIdBytes: 150, traitValueBytes: 1_000, eventNameBytes: 100 } as const
