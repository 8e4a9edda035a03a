export { createIterableConnector } from './iterable-connector.ts'
export type { IterableConnectorOptions } from './iterable-connector-options.ts'
