import type { DestinationRequest } from '@subtotal-connectors/core'
import { bulkEventsPath, eventPath } from './klaviyo-api.ts'
import type { KlaviyoMessage } from './klaviyo-message.ts'

/** One message as a single event, more as a bulk job. The caller sees no difference: both answer 202 without a body. */
export function toKlaviyoRequest(messages: readonly KlaviyoMessage[]): DestinationRequest {
  const [message] = messages
  return message !== undefined && messages.length === 1 ? toSingleRequest(message) : toBulkRequest(messages)
}

function toSingleRequest(message: KlaviyoMessage): DestinationRequest {
  const { profile, events } = message.attributes
  const { metric, ...attributes } = events.data[0].attributes
  return { path: eventPath, body: { data: { type: 'event', attributes: { metric, profile, ...attributes } } } }
}

function toBulkRequest(messages: readonly KlaviyoMessage[]): DestinationRequest {
  const attributes = { 'events-bulk-create': { data: messages } }
  return { path: bulkEventsPath, body: { data: { type: 'event-bulk-create-job', attributes } } }
}
