import type { Connector } from '@subtotal-connectors/core'
import { defineConnector } from '@subtotal-connectors/core'
import { checkKlaviyo } from './check-klaviyo.ts'
import { klaviyoHeaders, klaviyoOrigin } from './klaviyo-api.ts'
import type { KlaviyoConnectorOptions } from './klaviyo-connector-options.ts'
import { assertMetricNames, klaviyoOptionsShape } from './klaviyo-connector-options.ts'
import { klaviyoLimits } from './klaviyo-limits.ts'
import type { KlaviyoMessage } from './klaviyo-message.ts'
import { klaviyoDedupeKey } from './klaviyo-message.ts'
import { mapKlaviyoResponse } from './map-klaviyo-response.ts'
import { metricNames } from './metric-names.ts'
import { toKlaviyoMessage } from './to-klaviyo-message.ts'
import { toKlaviyoRequest } from './to-klaviyo-request.ts'

/**
 * Sends Subtotal's events to a Klaviyo account: one event by `POST /api/events`, more by `POST /api/event-bulk-create-jobs`.
 * Klaviyo ignores repeats, so any event may be delivered again.
 *
 * @throws {OptionsError} naming every option that is wrong
 * @example
 * const klaviyo = createKlaviyoConnector({ apiKey: 'pk_…' })
 * const [result] = await klaviyo.deliver([event])
 */
export const createKlaviyoConnector: (options: KlaviyoConnectorOptions) => Connector = defineConnector<
  KlaviyoConnectorOptions,
  KlaviyoMessage
>({
  name: 'klaviyo',
  optionsShape: klaviyoOptionsShape,
  configure(options) {
    assertMetricNames(options.events)
    return {
      title: 'Klaviyo',
      origin: new URL(options.baseUrl ?? klaviyoOrigin).origin,
      headers: klaviyoHeaders,
      credentials: { authorization: `Klaviyo-API-Key ${options.apiKey}` },
      limits: klaviyoLimits,
      eventNames: metricNames,
      toMessages: (event, context) => toKlaviyoMessage(event, context, options),
      toRequest: toKlaviyoRequest,
      mapResponse: mapKlaviyoResponse,
      dedupeKey: klaviyoDedupeKey,
      check: (request) => checkKlaviyo(request, options),
    }
  },
})
