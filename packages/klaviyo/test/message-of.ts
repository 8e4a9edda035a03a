import type { MappingContext, SubtotalEvent } from '@subtotal-connectors/core'
import type { KlaviyoMessage } from '../src/klaviyo-message.ts'
import { metricNames } from '../src/metric-names.ts'
import { toKlaviyoMessage } from '../src/to-klaviyo-message.ts'

/** The event as it is mapped with no options, for a person known by an email at an invented domain. */
export function messageOf(event: SubtotalEvent): KlaviyoMessage {
  const context: MappingContext = {
    eventName: metricNames[event.type],
    identifier: { kind: 'email', value: 'robin.ashdown@shoppers.example' },
    properties: (defaults) => defaults,
  }
  const [message] = toKlaviyoMessage(event, context, { apiKey: 'pk_test' }).messages
  if (message === undefined) throw new Error('The event has no message.')
  return message
}
