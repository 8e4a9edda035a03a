import type { Connector } from '@subtotal-connectors/core'
import { toyConnector } from '../toy-connector.ts'
import type { BrokenConnectors } from './break-connector.ts'
import { createToy, ignoring, replace, withEachResult } from './break-connector.ts'

/** Faults in checking, stopping and cleaning up. */
export const brokenLifetime: BrokenConnectors = {
  'checks the key truly, and creates no data by it': [
    {
      fault: 'says yes to anything',
      create: replace((inner) => ({
        async check() {
          await inner.check()
          return { ok: true, proved: ['All is well.'], problems: [], notes: [] }
        },
      })),
      says: /401/,
    },
    {
      fault: 'does not ask',
      create: replace(() => ({ check: async () => ({ ok: true, proved: ['It has a key.'], problems: [], notes: [] }) })),
      says: /was not asked/,
    },
    {
      fault: 'sends an event to see',
      create: toyConnector({
        check: async (request) => {
          const messages = [{ person: 'test', name: 'Test', at: '2026-01-01T00:00:00Z', properties: {} }]
          const { status } = await request({ method: 'POST', path: '/messages', body: { messages } })
          return { ok: status === 200, proved: [`It answered ${status}.`], problems: [], notes: [] }
        },
      }),
      says: /created data/,
    },
    {
      fault: 'throws when there is no answer',
      create: replace((inner) => ({
        async check() {
          const result = await inner.check()
          if (!result.ok) throw new TypeError('no answer')
          return result
        },
      })),
      says: /no answer/,
    },
  ],
  'ends at once when it is aborted, with a result for every event': [
    {
      fault: 'throws',
      create: replace((inner) => ({
        async deliver(events, options) {
          options?.signal?.throwIfAborted()
          return await inner.deliver(events, options)
        },
      })),
      says: /aborted/,
    },
    {
      fault: 'does not hear a later abort',
      create: replace((inner) => ({
        deliver: (events, options) => inner.deliver(events, options?.signal?.aborted === true ? options : {}),
      })),
      says: /results after the abort/,
    },
    {
      fault: 'says of every event that it may have arrived',
      create: withEachResult((result) => (result.status === 'retry' ? { ...result, mayHaveArrived: true } : result)),
      says: /mayHaveArrived of an event that was not sent/,
    },
    {
      fault: 'does not stop a check',
      create: replace((inner) => ({ check: () => inner.check() })),
      says: /the end of check/,
    },
  ],
  'opens no more sockets than its concurrency, over all calls': [
    { fault: 'ignores concurrency', create: ignoring('concurrency'), says: /sockets at once/ },
    {
      fault: 'bounds each call alone',
      create: (options) => {
        const connectors: Connector[] = []
        return {
          ...createToy(options),
          deliver(events, callOptions) {
            const connector = createToy(options)
            connectors.push(connector)
            return connector.deliver(events, callOptions)
          },
          close: async () => {
            await Promise.all(connectors.map((connector) => connector.close()))
          },
        }
      },
      says: /sockets at once/,
    },
  ],
  'ends what is in flight when it is closed, and lets go of its sockets': [
    { fault: 'does nothing', create: replace(() => ({ close: async () => undefined })), says: /no socket open after close/ },
    {
      fault: 'waits for what is in flight',
      create: replace((inner) => {
        const inFlight = new Set<Promise<unknown>>()
        return {
          deliver(events, options) {
            const delivering = inner.deliver(events, options)
            inFlight.add(delivering)
            return delivering
          },
          async close() {
            await Promise.all(inFlight)
            await inner.close()
          },
        }
      }),
      says: /close with a request in flight/,
    },
    {
      fault: 'opens a socket again',
      create: (options) => {
        let inner = createToy(options)
        return {
          ...inner,
          deliver: (events, callOptions) => inner.deliver(events, callOptions),
          async close() {
            await inner.close()
            inner = createToy(options)
          },
        }
      },
      says: /after close/,
    },
  ],
  'leaves no promise rejected without a handler': [
    {
      fault: 'forgets a promise',
      create: replace((inner) => ({
        async deliver(events, options) {
          const results = await inner.deliver(events, options)
          if (results.some(({ status }) => status === 'retry')) queueMicrotask(forgetPromise)
          return results
        },
      })),
      says: /nobody handled it/,
    },
  ],
}

function forgetPromise(): void {
  Promise.reject(new Error('forgotten')).then(() => undefined, undefined)
}
