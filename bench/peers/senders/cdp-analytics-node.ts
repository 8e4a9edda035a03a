import { Analytics } from '@customerio/cdp-analytics-node'
import type { CustomerioMessage } from '../inputs.ts'
import { readInput } from '../inputs.ts'
import type { PeerSender, PeerSetup } from '../peer-sender.ts'
import { inBatches } from '../peer-sender.ts'

/**
 * Customer.io's SDK with a queue: events already mapped, `track` for each event; the SDK sends as soon as a batch is full. What was
 * sent is learned from its events: the callback of `track` waits for a third of a second.
 */
export function openCdpAnalyticsNode({ baseUrl, inputs, batchSize }: PeerSetup): PeerSender {
  const analytics = new Analytics({
    writeKey: 'key-of-the-bench',
    host: baseUrl,
    maxEventsInBatch: batchSize,
    flushInterval: 100,
  })
  const waiting = new Map<string | undefined, () => void>()
  analytics.on('track', ({ event }) => waiting.get(event.messageId)?.())
  analytics.on('error', ({ code }) => {
    throw new Error(`The SDK failed: ${code}.`)
  })
  const track = ({ type: _, ...message }: CustomerioMessage) =>
    new Promise<void>((resolve) => {
      waiting.set(message.messageId, resolve)
      analytics.track(message)
    })
  const batches = inBatches(readInput(inputs, 'customerio'), batchSize).map((messages) => async () => {
    await Promise.all(messages.map(track))
  })
  return { batches, close: () => analytics.closeAndFlush() }
}
