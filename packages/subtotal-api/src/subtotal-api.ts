import type { Purchase } from '@subtotal-connectors/core'
import type { SubtotalCallOptions } from './call-options.ts'
import type { ConnectionChanges, NewConnection, SubtotalConnection, TokenScope } from './subtotal-connection.ts'
import type { ListPurchasesOptions, PurchasePage, PurchaseSummary } from './subtotal-purchase.ts'
import type { SubtotalRetailer } from './subtotal-retailer.ts'
import type { CreatedWebhook, NewWebhook, SubtotalWebhook, WebhookChanges } from './subtotal-webhook.ts'

/**
 * Subtotal's REST API.
 *
 * Names are those of core's events (`id`, `customerId`, `retailer`, `itemCount`) and not those on the wire: Subtotal's own have
 * changed several times (`merchant_id` became `retailer_id`, `gtin` became `product.upc`), and answers of every age become the same
 * shape, so that a purchase from here and one from a webhook are one type.
 *
 * Every call rejects with a `SubtotalApiError`, or an `OptionsError` that names the argument when nothing was sent.
 */
export interface SubtotalApi {
  /** Webhook destinations. */
  readonly webhooks: WebhooksApi
  readonly connections: ConnectionsApi
  readonly purchases: PurchasesApi
  readonly retailers: RetailersApi
  /** Subtotal's event simulator. */
  readonly simulated: SimulatedApi
  /** Ends what is in flight and closes the sockets. */
  close(): void
}

/** @see https://docs.subtotal.com/docs/api-reference/webhooks/create-webhook */
export interface WebhooksApi {
  list(options?: SubtotalCallOptions): Promise<readonly SubtotalWebhook[]>
  /** One of the list, as Subtotal documents no call for one; rejects with `ERR_SUBTOTAL_NOT_FOUND` when it is not there. */
  get(id: string, options?: SubtotalCallOptions): Promise<SubtotalWebhook>
  /**
   * Not repeated by the client: when the answer is lost (`mayHaveArrived`) there may be a webhook whose secret nobody has. Delete it
   * and create another.
   */
  create(webhook: NewWebhook, options?: SubtotalCallOptions): Promise<CreatedWebhook>
  update(id: string, changes: WebhookChanges, options?: SubtotalCallOptions): Promise<SubtotalWebhook>
  /** `update` with `isActive: false`. What becomes of events meanwhile is not documented. */
  pause(id: string, options?: SubtotalCallOptions): Promise<SubtotalWebhook>
  resume(id: string, options?: SubtotalCallOptions): Promise<SubtotalWebhook>
  /** At once and for good. */
  delete(id: string, options?: SubtotalCallOptions): Promise<void>
}

/** @see https://docs.subtotal.com/docs/api-reference/connections/get-connections */
export interface ConnectionsApi {
  /** All connections of a customer. Subtotal lists connections by customer only, and documents no pages. */
  list(customer: { readonly customerId: string }, options?: SubtotalCallOptions): Promise<readonly SubtotalConnection[]>
  get(id: string, options?: SubtotalCallOptions): Promise<SubtotalConnection>
  /** With the status `initialized`; the customer links it through a Link URL. */
  create(connection: NewConnection, options?: SubtotalCallOptions): Promise<SubtotalConnection>
  update(id: string, changes: ConnectionChanges, options?: SubtotalCallOptions): Promise<SubtotalConnection>
  delete(id: string, options?: SubtotalCallOptions): Promise<void>
  /** A short-lived token of one connection. Default scope `access`. `purchases` makes its own. */
  createToken(id: string, options?: SubtotalCallOptions & { readonly scope?: TokenScope }): Promise<string>
}

/**
 * With an API key, purchases are read with a token of their connection, which the client makes, remembers and renews; so the
 * connection's id is always needed.
 *
 * @see https://docs.subtotal.com/docs/api-reference/connections/get-connection-purchases
 */
export interface PurchasesApi {
  /** One page of a connection's purchases, newest first. */
  list(connectionId: string, options?: ListPurchasesOptions): Promise<PurchasePage>
  /** All of them, newest first, a page at a time, from `startingAfter` on. */
  each(connectionId: string, options?: ListPurchasesOptions): AsyncIterable<PurchaseSummary>
  /** A whole purchase, with its items: an argument for `toPurchaseEvent` of core. */
  get(purchaseId: string, options: SubtotalCallOptions & { readonly connectionId: string }): Promise<Purchase>
}

/** @see https://docs.subtotal.com/docs/api-reference/retailers/get-retailers */
export interface RetailersApi {
  /** The retailers configured for the account. */
  list(options?: SubtotalCallOptions): Promise<readonly SubtotalRetailer[]>
}

/** What a simulated connection is made of. */
export interface NewSimulatedConnection extends NewConnection {
  /** One to four purchases of the last 60 days, which send no webhook. Default `true`. */
  readonly includePurchases?: boolean
}

/**
 * Webhooks get simulated events only when they accept them (`receivesSimulatedEvents`).
 *
 * @see https://docs.subtotal.com/docs/api-reference/simulated-connections/simulate-connection
 */
export interface SimulatedApi {
  /** An active connection; sends `connection.activated`. */
  createConnection(connection: NewSimulatedConnection, options?: SubtotalCallOptions): Promise<SubtotalConnection>
  /** A purchase of random products, dated now; sends `purchase.created`. Answers the purchase, of which only the id is certain to be there. */
  createPurchase(connectionId: string, options?: SubtotalCallOptions): Promise<Purchase>
  /** Sends the matching event, also when the status was the same before. */
  setStatus(
    connectionId: string,
    status: 'active' | 'unauthenticated',
    options?: SubtotalCallOptions,
  ): Promise<SubtotalConnection>
}
