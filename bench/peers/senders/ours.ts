import { createBrazeConnector } from '../../../packages/braze/src/index.ts'
import type { Connector } from '../../../packages/core/src/index.ts'
import { createCustomerioConnector } from '../../../packages/customerio/src/index.ts'
import { createKlaviyoConnector } from '../../../packages/klaviyo/src/index.ts'
import { readInput } from '../inputs.ts'
import type { Destination, PeerSender, PeerSetup } from '../peer-sender.ts'
import { assertAccepted, inBatches } from '../peer-sender.ts'

const factories: Readonly<Record<Destination, (options: { apiKey: string; baseUrl: string }) => Connector>> = {
  klaviyo: createKlaviyoConnector,
  braze: createBrazeConnector,
  customerio: createCustomerioConnector,
}

/** Our connector: canonical events, `deliver` once for each batch. */
export function openOurs({ destination, baseUrl, inputs, batchSize }: PeerSetup): PeerSender {
  const connector = factories[destination]({ apiKey: 'key-of-the-bench', baseUrl })
  const batches = inBatches(readInput(inputs, 'events'), batchSize).map((events) => async () => {
    const results = await connector.deliver(events)
    assertAccepted(results.filter((result) => result.status === 'delivered').length, events.length)
  })
  return { batches, close: () => connector.close() }
}
