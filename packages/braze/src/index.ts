export { createBrazeConnector } from './braze-connector.ts'
export type { BrazeConnectorOptions } from './braze-connector-options.ts'
export type { BrazeInstance } from './braze-instances.ts'
export { brazeInstances } from './braze-instances.ts'
