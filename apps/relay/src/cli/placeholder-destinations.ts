import { createBrazeConnector } from '@subtotal-connectors/braze'
import type { Connector } from '@subtotal-connectors/core'
import { createCustomerioConnector } from '@subtotal-connectors/customerio'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'

/** All three destinations with default options and no real key, to show what would be sent before there is an account. */
export function placeholderDestinations(): Readonly<Record<string, Connector>> {
  return {
    braze: createBrazeConnector({ apiKey: 'placeholder', instance: 'US-01' }),
    klaviyo: createKlaviyoConnector({ apiKey: 'placeholder' }),
    customerio: createCustomerioConnector({ apiKey: 'placeholder' }),
  }
}
