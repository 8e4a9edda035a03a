export type { SubtotalCallOptions } from './call-options.ts'
export { createSubtotalApi } from './create-subtotal-api.ts'
export type {
  ConnectionsApi,
  NewSimulatedConnection,
  PurchasesApi,
  RetailersApi,
  SimulatedApi,
  SubtotalApi,
  WebhooksApi,
} from './subtotal-api.ts'
export type { SubtotalApiErrorDetails } from './subtotal-api-error.ts'
export { SubtotalApiError } from './subtotal-api-error.ts'
export type { ApiClock, SubtotalApiOptions } from './subtotal-api-options.ts'
export type { ConnectionChanges, NewConnection, SubtotalConnection, TokenScope } from './subtotal-connection.ts'
export type { ListPurchasesOptions, PurchasePage, PurchaseSummary } from './subtotal-purchase.ts'
export type { SubtotalRetailer } from './subtotal-retailer.ts'
export type { CreatedWebhook, NewWebhook, SubtotalWebhook, WebhookChanges } from './subtotal-webhook.ts'
