import type { MockDestination } from '../mock-destination/mock-server.ts'
import type { MockSubtotalOptions, PurchaseContent, SubtotalScope } from './mock-subtotal-options.ts'
import type { MockAttempt, MockConnection, MockEvent, MockPurchase, MockWebhook, SubtotalChange } from './mock-subtotal-types.ts'
import type { MockRetailer } from './subtotal-account.ts'
import type { Disturb } from './subtotal-judge.ts'

/** Who links an account. */
export interface LinkOptions {
  readonly customerId?: string | null
  /** Default `walmart`. */
  readonly retailer?: string
  readonly email?: string | null
  readonly mobile?: string | null
  /** Links a connection that is there: logs in again after a lost login, or links anew after unlinking. */
  readonly connectionId?: string
  /** As the event simulator makes them. Default `false`. */
  readonly isSimulated?: boolean
}

/** A purchase that Subtotal collects. */
export interface CollectOptions {
  /** ISO 8601. Default now, or `ageMs` before it. */
  readonly date?: string
  /** Default 0. */
  readonly ageMs?: number
  readonly content?: PurchaseContent
}

/** Purchases that were there before anybody looked. */
export interface HistoryOptions {
  /** The newest, in milliseconds since 1970. Default now. */
  readonly newestAt?: number
  /** Distance between two of them, in milliseconds. Default a day. */
  readonly everyMs?: number
}

/** A running mock of Subtotal: its API, its webhooks, and the customers who cause them. */
export interface MockSubtotal extends MockDestination<SubtotalChange> {
  /** A customer links an account; sends `connection.activated`. */
  link(options?: LinkOptions): MockConnection
  /** The retailer asks for the login again; sends `connection.unauthenticated`. */
  loseLogin(connectionId: string): MockConnection
  /** The customer logs in again; sends `connection.activated`. */
  logInAgain(connectionId: string): MockConnection
  /** The customer ends the connection; sends `connection.disconnected`. */
  unlink(connectionId: string): MockConnection
  /** The profile of the account is captured; sends `connection.profile.created`, of an active connection. */
  captureProfile(connectionId: string): void
  /** It has changed; sends `connection.profile.updated`, of an active connection. */
  updateProfile(connectionId: string): void
  /** A purchase is collected; sends `purchase.created`. */
  purchase(connectionId: string, options?: CollectOptions): MockPurchase
  /** Purchases that no webhook was sent for: newest first. */
  addPurchases(connectionId: string, count: number, options?: HistoryOptions): readonly MockPurchase[]
  /** Sends the event of a purchase that is there, under a new event id. */
  announce(purchaseId: string, content?: PurchaseContent): void
  /** A webhook made in the dashboard. Active, for every event type, also simulated ones, unless told otherwise. */
  addWebhook(webhook: Partial<MockWebhook> & { readonly url: string }): MockWebhook
  /** Every key and token is refused from now on, or again taken. */
  revokeKey(): void
  restoreKey(): void
  /** What the key may do from now on. */
  setScopes(scopes: readonly SubtotalScope[]): void
  /** From now on asked before each request; gives an answer in the place of the true one. `undefined`: no longer. */
  disturb(disturb: Disturb | undefined): void
  readonly connections: readonly MockConnection[]
  readonly webhooks: readonly MockWebhook[]
  readonly retailers: readonly MockRetailer[]
  /** Newest first. */
  purchasesOf(connectionId: string): readonly MockPurchase[]
  /** All that happened, in order. Empty with `keepRequests: false`. */
  readonly events: readonly MockEvent[]
  /** The newest of them, also with `keepRequests: false`. */
  readonly lastEvent: MockEvent | undefined
  /** All attempts to post a webhook, in the order in which they ended. Empty with `keepRequests: false`. */
  readonly attempts: readonly MockAttempt[]
  /** Attempts running now: a virtual clock stands still meanwhile. */
  readonly inFlight: number
  /** Attempts that wait for their time. */
  readonly waiting: number
  /** Resolves when no attempt is running. */
  idle(): Promise<void>
}

/** Options of {@link createMockSubtotal}. */
export interface CreateMockSubtotalOptions extends MockSubtotalOptions {
  /** Told of each event before it is sent. */
  readonly onEvent?: (event: MockEvent) => void
  /** Told of each attempt when it has ended. */
  readonly onAttempt?: (attempt: MockAttempt) => void
}
