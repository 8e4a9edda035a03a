export { createCustomerioConnector } from './customerio-connector.ts'
export type { CustomerioConnectorOptions, CustomerioIdentifierKind } from './customerio-connector-options.ts'
export type { CustomerioRegion } from './customerio-regions.ts'
export type { EcommerceEvent, EcommerceEventOptions, EcommercePerson } from './ecommerce/ecommerce-event.ts'
export { ecommerceEvent } from './ecommerce/ecommerce-event.ts'
export { ecommerceEvents, ecommerceObjects } from './ecommerce/ecommerce-events.ts'
export type {
  EcommerceEventName,
  EcommerceObject,
  EcommerceObjectName,
  EcommerceProperties,
} from './ecommerce/ecommerce-properties.ts'
export type { EcommerceSender } from './ecommerce/ecommerce-sender.ts'
export { createEcommerceSender } from './ecommerce/ecommerce-sender.ts'
export type { EcommerceSenderOptions } from './ecommerce/ecommerce-sender-options.ts'
