export { createKlaviyoConnector } from './klaviyo-connector.ts'
export type { KlaviyoConnectorOptions } from './klaviyo-connector-options.ts'
