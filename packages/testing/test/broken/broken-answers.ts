import type { ConnectorError, DeliveryResult } from '@subtotal-connectors/core'
import { toyConnector } from '../toy-connector.ts'
import type { BrokenConnectors } from './break-connector.ts'
import { blocked, createToy, delivered, rejected, replace, withEachResult, withResults } from './break-connector.ts'

/** Faults in what is made of answers. */
export const brokenAnswers: BrokenConnectors = {
  'is blocked by a refused key, and sends nothing more in that call': [
    {
      fault: 'rejects the events',
      create: withEachResult((result) => (result.status === 'blocked' ? rejected : result)),
      says: /expected blocked, got rejected/,
    },
    {
      fault: 'goes on',
      create: replace((inner) => ({
        async deliver(events, options) {
          const results: DeliveryResult[] = []
          for (const event of events) results.push(...(await inner.deliver([event], options)))
          return results
        },
      })),
      says: /\d requests/,
    },
  ],
  'keeps events for later when the destination is not available': [
    {
      fault: 'rejects the events',
      create: withEachResult((result) => (result.status === 'retry' ? rejected : result)),
      says: /expected retry, got rejected/,
    },
    {
      fault: 'blames the key',
      create: withEachResult((result) => (result.status === 'retry' ? blocked : result)),
      says: /expected retry, got blocked/,
    },
  ],
  'calls nothing delivered that the destination has not taken, whatever the answer': [
    {
      fault: 'takes any 200 for a success',
      create: toyConnector({
        mapResponse: ({ status }, messages) => (status === 200 ? messages.map(() => ({ status: 'delivered' })) : undefined),
      }),
      says: /called delivered/,
    },
    {
      fault: 'throws',
      create: withEachResult((result) => {
        if (result.status === 'retry') throw result.error
        return result
      }),
      says: /deliver threw/,
    },
    {
      fault: 'rejects what got no answer',
      create: withEachResult((result) => (result.status === 'retry' ? rejected : result)),
      says: /expected retry, got rejected/,
    },
  ],
  'says that an event may have arrived when its answer is lost': [
    {
      fault: 'does not say',
      create: withEachResult((result) => {
        if (result.status !== 'retry') return result
        const { mayHaveArrived: _, ...rest } = result
        return rest
      }),
      says: /lacks mayHaveArrived/,
    },
    {
      fault: 'hopes for the best',
      create: withEachResult((result) => (result.status === 'retry' && result.mayHaveArrived === true ? delivered : result)),
      says: /event 0 is delivered/,
    },
  ],
  'keeps the key and people’s data out of everything it returns and prints': [
    {
      fault: 'keeps the event with its error',
      create: withResults((results, events) => results.map((result, index) => ({ ...result, event: events[index] }))),
      says: /repeats the request holds/,
    },
    {
      fault: 'keeps the request as the cause of the error',
      create: replace((inner, { apiKey }) => ({
        async deliver(events, options) {
          const results = await inner.deliver(events, options)
          for (const result of results) if ('error' in result) hide(result.error, { headers: { authorization: apiKey } })
          return results
        },
      })),
      says: /holds the key/,
    },
    {
      fault: 'tells the key when an option is wrong',
      create: (options) => {
        if (options.concurrency !== undefined) throw new Error(`cannot use ${JSON.stringify(options)}`)
        return createToy(options)
      },
      says: /a wrong option holds the key/,
    },
    {
      fault: 'prints what it cannot send',
      create: replace((inner) => ({
        async deliver(events, options) {
          const results = await inner.deliver(events, options)
          if (results.some(({ status }) => status !== 'delivered')) console.warn('not sent', events)
          return results
        },
      })),
      says: /the console holds/,
    },
  ],
}

/** As an HTTP client's error does: not in the message, but there for who looks. */
function hide(error: ConnectorError, request: object): void {
  Object.defineProperty(error, 'request', { value: request, enumerable: false })
}
