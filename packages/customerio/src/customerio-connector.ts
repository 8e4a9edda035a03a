import type { Connector } from '@subtotal-connectors/core'
import { defineConnector } from '@subtotal-connectors/core'
import { checkCustomerio } from './check-customerio.ts'
import { toCustomerioApi } from './customerio-api.ts'
import type { CustomerioConnectorOptions } from './customerio-connector-options.ts'
import { customerioOptionsShape } from './customerio-connector-options.ts'
import { checkEventNames, customerioEventNames } from './customerio-event-names.ts'
import type { CustomerioMessage } from './customerio-message.ts'
import { toCustomerioMessages } from './to-customerio-messages.ts'

/**
 * A connector that sends Subtotal's events to Customer.io's Pipelines API. Throws an `OptionsError` that names the option when the
 * options cannot work.
 *
 * @example
 * ```ts
 * const customerio = createCustomerioConnector({ apiKey: process.env.CUSTOMERIO_API_KEY ?? '', region: 'eu' })
 * const [result] = await customerio.deliver([event])
 * ```
 */
export const createCustomerioConnector: (options: CustomerioConnectorOptions) => Connector = defineConnector<
  CustomerioConnectorOptions,
  CustomerioMessage
>({
  name: 'customerio',
  optionsShape: customerioOptionsShape,
  configure(options) {
    checkEventNames(options.events)
    return {
      ...toCustomerioApi<CustomerioMessage>(options),
      eventNames: customerioEventNames,
      toMessages: (event, context) => toCustomerioMessages(event, context, options),
      check: (request) => checkCustomerio(request, options),
    }
  },
})
