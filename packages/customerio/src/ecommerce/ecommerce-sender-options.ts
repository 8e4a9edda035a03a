import { checkOptions, connectorOptionsShape } from '@subtotal-connectors/core'
import { z } from 'zod'
import type { CustomerioConnectorOptions } from '../customerio-connector-options.ts'

/** Options of {@link createEcommerceSender}; they mean what they mean to `createCustomerioConnector`. */
export type EcommerceSenderOptions = Pick<CustomerioConnectorOptions, 'apiKey' | 'region' | 'baseUrl' | 'concurrency'>

/** The options, checked. Throws an `OptionsError` that names what is wrong. */
export function checkEcommerceSenderOptions(options: EcommerceSenderOptions): EcommerceSenderOptions {
  const { apiKey, baseUrl, concurrency } = connectorOptionsShape
  const region = z.enum(['us', 'eu'], 'must be "us" or "eu"').exactOptional()
  return checkOptions('The ecommerce sender', { apiKey, baseUrl, concurrency, region }, options)
}
