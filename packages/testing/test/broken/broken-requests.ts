import { randomUUID } from 'node:crypto'
import type { DeliveryResult } from '@subtotal-connectors/core'
import { propertiesOf, toyConnector } from '../toy-connector.ts'
import { toyLimits } from '../toy-mock.ts'
import type { BrokenConnectors } from './break-connector.ts'
import { delivered, isRejected, rejected, replace, tooLarge, unlimited, withEachResult, withResults } from './break-connector.ts'

/** Faults in how events are put into requests. */
export const brokenRequests: BrokenConnectors = {
  'keeps its limits in every request, by count and by bytes of the body': [
    {
      fault: 'too many events',
      create: replace(({ limits }) => ({ limits: { ...limits, maxMessagesPerRequest: 5 } }), toyConnector({ limits: unlimited })),
      says: /a request of \d+ events/,
    },
    {
      fault: 'too many bytes',
      create: replace(
        ({ limits }) => ({ limits: { ...limits, maxBytesPerRequest: toyLimits.maxBytesPerRequest } }),
        toyConnector({ limits: { ...unlimited, maxMessagesPerRequest: 5, maxBytesPerRequest: 1_000_000 } }),
      ),
      says: /a request of \d+ bytes/,
    },
  ],
  'trims an event that is too large with a warning, or rejects it without sending it': [
    {
      fault: 'sends it whole, to be dropped',
      create: toyConnector({
        limits: { ...unlimited, maxBytesPerMessage: 10_000_000, maxBytesPerRequest: 10_000_000 },
        toMessages: (event, { identifier, eventName, properties }) => ({
          messages: [
            { person: identifier.value, name: eventName, at: event.occurredAt, properties: properties(propertiesOf(event)) },
          ],
        }),
      }),
      says: /called delivered/,
    },
    {
      fault: 'calls it rejected after sending it',
      create: withEachResult((result) => (result.status === 'delivered' && result.warnings !== undefined ? tooLarge : result)),
      says: /rejected and sent all the same/,
    },
    {
      fault: 'trims without a word',
      create: withEachResult((result) => (result.status === 'delivered' ? delivered : result)),
      says: /cut without a warning/,
    },
  ],
  'loses nothing but the bad events of a batch': [
    {
      fault: 'rejects the whole batch',
      create: withResults((results) => results.map((result) => (results.some(isRejected) ? rejected : result))),
      says: /expected delivered/,
    },
    {
      fault: 'counts a success in part as a success',
      create: withEachResult((result) => (result.status === 'rejected' ? delivered : result)),
      says: /expected rejected/,
    },
    {
      fault: 'sends the good ones again',
      create: replace((inner) => ({
        async deliver(events, options) {
          const results = await inner.deliver(events, options)
          return results.some(isRejected) ? await inner.deliver(events, options) : results
        },
      })),
      says: /kept twice/,
    },
  ],
  'sends the same bytes when it delivers the same events again': [
    {
      fault: 'a new id each time',
      create: toyConnector({ toRequest: (messages) => ({ path: '/messages', body: { id: randomUUID(), messages } }) }),
      says: /other bytes/,
    },
    {
      fault: 'the time of sending',
      create: toyConnector({
        toRequest: (messages) => ({ path: '/messages', body: { day: new Date().toISOString().slice(0, 10), messages } }),
      }),
      says: /a day later/,
    },
    {
      fault: 'calls repeats harmless that are not',
      create: replace(({ limits }) => ({ limits: { ...limits, deduplicates: 'yes' } })),
      says: /kept twice/,
    },
  ],
  'tells how long a destination that limits the rate wants to be left alone': [
    {
      fault: 'does not tell',
      create: withEachResult((result) => (result.status === 'retry' ? withoutWait(result) : result)),
      says: /retryAfterMs is undefined/,
    },
    {
      fault: 'takes seconds for milliseconds',
      create: withEachResult((result) => (result.status === 'retry' ? { ...result, retryAfterMs: 7 } : result)),
      says: /Retry-After in seconds/,
    },
    {
      fault: 'reads no dates',
      create: withEachResult((result) =>
        result.status === 'retry' && result.retryAfterMs !== 7_000 ? withoutWait(result) : result,
      ),
      says: /Retry-After as a date/,
    },
    {
      fault: 'knows no bound',
      create: withEachResult((result) =>
        result.status === 'retry' && result.retryAfterMs === 3_600_000 ? { ...result, retryAfterMs: 86_400_000 } : result,
      ),
      says: /Retry-After of a day/,
    },
  ],
}

function withoutWait(result: DeliveryResult & { readonly status: 'retry' }): DeliveryResult {
  const { retryAfterMs: _, ...rest } = result
  return rest
}
