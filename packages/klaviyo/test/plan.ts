import type { Plan, SubtotalEvent } from '@subtotal-connectors/core'
import { createKlaviyoConnector } from '../src/klaviyo-connector.ts'
import type { KlaviyoConnectorOptions } from '../src/klaviyo-connector-options.ts'

/** The plan for the events with these options and an invented key. */
export function plan(events: readonly SubtotalEvent[], options: Partial<KlaviyoConnectorOptions> = {}): Plan {
  return createKlaviyoConnector({ apiKey: 'pk_test_key', ...options }).plan(events)
}

/** The attributes of the event in the body of the only request. */
export function attributesOf(event: SubtotalEvent, options: Partial<KlaviyoConnectorOptions> = {}): Record<string, unknown> {
  const [request] = plan([event], options).requests
  if (!isEventBody(request?.body)) throw new Error('The body is not that of a single event.')
  return request.body.data.attributes
}

/** The event's properties in the body of the only request. */
export function propertiesOf(event: SubtotalEvent, options: Partial<KlaviyoConnectorOptions> = {}): unknown {
  return attributesOf(event, options)['properties']
}

/** A profile as it stands in a request. */
export function profileWith(attributes: object): object {
  return { data: { type: 'profile', attributes } }
}

function isEventBody(body: unknown): body is { data: { attributes: Record<string, unknown> } } {
  return typeof body === 'object' && body !== null && 'data' in body
}
