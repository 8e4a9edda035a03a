import type { Connector } from '@subtotal-connectors/core'
import { defineConnector } from '@subtotal-connectors/core'
import { checkIterable } from './check-iterable.ts'
import { iterableLimits, iterableOrigins } from './iterable-api.ts'
import type { IterableConnectorOptions } from './iterable-connector-options.ts'
import { iterableOptionsShape } from './iterable-connector-options.ts'
import type { IterableEvent } from './iterable-event.ts'
import { iterableEventNames } from './iterable-event.ts'
import { mapIterableResponse } from './map-iterable-response.ts'
import { toIterableEvent } from './to-iterable-event.ts'
import { toIterableRequest } from './to-iterable-request.ts'

/**
 * Sends Subtotal's events to an Iterable project as custom events, by `POST /api/events/trackBulk`.
 *
 * @throws {OptionsError} naming every option that is wrong
 * @example
 * const iterable = createIterableConnector({ apiKey: process.env.ITERABLE_API_KEY ?? '' })
 * const [result] = await iterable.deliver([event])
 */
export const createIterableConnector: (options: IterableConnectorOptions) => Connector = defineConnector<
  IterableConnectorOptions,
  IterableEvent
>({
  name: 'iterable',
  optionsShape: iterableOptionsShape,
  configure: (options) => ({
    title: 'Iterable',
    origin: new URL(options.baseUrl ?? iterableOrigins[options.region ?? 'us']).origin,
    headers: {},
    credentials: { 'api-key': options.apiKey },
    limits: iterableLimits,
    eventNames: iterableEventNames,
    toMessages: (event, context) => ({ messages: [toIterableEvent(event, context, options.currency)] }),
    toRequest: toIterableRequest,
    mapResponse: mapIterableResponse,
    check: checkIterable,
  }),
})
