import { PipelinesClient } from 'customerio-node'
import { readInput } from '../inputs.ts'
import type { PeerSender, PeerSetup } from '../peer-sender.ts'
import { inBatches } from '../peer-sender.ts'

/** Customer.io's SDK without a queue: events already mapped, `batch` once for each batch, `track` for one event. */
export function openCustomerioNode({ baseUrl, inputs, batchSize }: PeerSetup): PeerSender {
  const client = new PipelinesClient('key-of-the-bench', { url: `${baseUrl}/v1`, strictMode: true })
  const batches = inBatches(readInput(inputs, 'customerio'), batchSize).map((messages) => async () => {
    const [message] = messages
    await (batchSize === 1 && message !== undefined ? client.track(message) : client.batch([...messages]))
  })
  return { batches, close: async () => {} }
}
