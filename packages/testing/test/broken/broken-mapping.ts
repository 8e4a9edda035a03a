import { toyConnector } from '../toy-connector.ts'
import type { BrokenConnectors } from './break-connector.ts'
import { createToy, delivered, ignoring, isRejected, rejected, replace, withEachResult, withResults } from './break-connector.ts'

/** Faults in what is made of events before they are sent. */
export const brokenMapping: BrokenConnectors = {
  'says what it is and what the destination takes': [
    {
      fault: 'a limit of nothing',
      create: replace(({ limits }) => ({ limits: { ...limits, maxMessagesPerRequest: 0 } })),
      says: /maxMessagesPerRequest/,
    },
  ],
  'plans exactly what it sends, without the key, and sends nothing by planning': [
    {
      fault: 'sends by planning',
      create: replace((inner) => ({
        plan(events) {
          inner.deliver(events).catch(() => undefined)
          return inner.plan(events)
        },
      })),
      says: /requests planned/,
    },
    {
      fault: 'plans another body',
      create: replace((inner) => ({
        plan(events) {
          const plan = inner.plan(events)
          return { ...plan, requests: plan.requests.map((request) => ({ ...request, body: { sample: request.body } })) }
        },
      })),
      says: /not sent as it was planned/,
    },
    {
      fault: 'shows the key',
      create: replace((inner, { apiKey }) => ({
        plan(events) {
          const plan = inner.plan(events)
          return { ...plan, warnings: [{ eventId: 'all', warning: `sent with ${apiKey}` }] }
        },
      })),
      says: /holds the key/,
    },
    {
      fault: 'plans a header that it does not send',
      create: replace((inner) => ({
        plan(events) {
          const plan = inner.plan(events)
          return { ...plan, requests: plan.requests.map((request) => ({ ...request, headers: { 'x-mode': 'strict' } })) }
        },
      })),
      says: /x-mode/,
    },
    {
      fault: 'does not say what is not sent',
      create: replace((inner) => ({ plan: (events) => ({ ...inner.plan(events), notSent: [] }) })),
      says: /planned and not sent, or neither/,
    },
  ],
  'gives one result per event, in the order of the events': [
    {
      fault: 'no result for what is skipped',
      create: withResults((results) => results.filter(({ status }) => status !== 'skipped')),
      says: /results for/,
    },
    { fault: 'results in another order', create: withResults((results) => results.toReversed()), says: /expected/ },
  ],
  'makes no request when there is nothing to send': [
    {
      fault: 'asks the destination first',
      create: replace((inner) => ({
        async deliver(events, options) {
          await inner.check(options)
          return await inner.deliver(events, options)
        },
      })),
      says: /requests were made/,
    },
  ],
  'leaves the events as they are': [
    {
      fault: 'marks the events',
      create: toyConnector({
        toMessages: (event, { identifier, eventName }) => {
          Object.assign(event, { isSent: true })
          return { messages: [{ person: identifier.value, name: eventName, at: event.occurredAt, properties: {} }] }
        },
      }),
      says: /frozen events/,
    },
  ],
  'rejects an event of nobody by its own code, and never takes the profile’s email for the customer’s': [
    {
      fault: 'takes the email of the profile',
      create: replace((inner) => ({
        deliver: (events, options) =>
          inner.deliver(
            events.map((event) =>
              'profile' in event && event.customer.email === null
                ? { ...event, customer: { ...event.customer, email: event.profile.email } }
                : event,
            ),
            options,
          ),
      })),
      says: /event 2 is delivered, expected rejected/,
    },
    {
      fault: 'has no code for it',
      create: withEachResult((result) => (result.status === 'rejected' ? rejected : result)),
      says: /ERR_NO_IDENTIFIER/,
    },
  ],
  'skips what its options leave out, says why, and sends the rest': [
    { fault: 'ignores events', create: ignoring('events'), says: /events: one type off/ },
    { fault: 'ignores simulated', create: ignoring('simulated'), says: /simulated: skip/ },
    { fault: 'ignores historical', create: ignoring('historical'), says: /historical: skip/ },
    { fault: 'ignores profiles', create: ignoring('profiles'), says: /profiles: off/ },
    { fault: 'ignores filter', create: ignoring('filter'), says: /filter/ },
    {
      fault: 'calls skipped delivered',
      create: withEachResult((result) => (result.status === 'skipped' ? delivered : result)),
      says: /expected skipped/,
    },
  ],
  'sends the names and properties that its options ask for': [
    { fault: 'ignores events', create: ignoring('events'), says: /new name/ },
    { fault: 'ignores properties', create: ignoring('properties'), says: /the property of/ },
  ],
  'rejects an event over which an option’s function throws, and only that one': [
    {
      fault: 'lets it throw',
      create: replace((inner, { filter }) => ({
        deliver: async (events, options) => await inner.deliver(filter === undefined ? events : events.filter(filter), options),
      })),
      says: /no tier for/,
    },
    {
      fault: 'rejects the whole batch',
      create: withResults((results) => results.map((result) => (results.some(isRejected) ? rejected : result))),
      says: /event 0 is rejected/,
    },
  ],
  'delivers the same alone and in a batch': [
    {
      fault: 'sends another name when alone',
      create: replace((inner, options) => {
        const alone = createToy({ ...options, events: { 'purchase.created': 'Purchased alone' } })
        return {
          deliver: (events, callOptions) => (events.length === 1 ? alone : inner).deliver(events, callOptions),
          close: async () => {
            await Promise.all([alone.close(), inner.close()])
          },
        }
      }),
      says: /what the destination has kept differs/,
    },
    {
      fault: 'gives up a batch for one bad event',
      create: withResults((results) => results.map((result) => (results.some(isRejected) ? rejected : result))),
      says: /the results differ/,
    },
  ],
}
