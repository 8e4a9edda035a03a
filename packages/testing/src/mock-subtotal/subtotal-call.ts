import type { MockAnswer, MockRequest } from '../mock-destination/mock-server.ts'
import type { SubtotalScope, SubtotalSettings } from './mock-subtotal-options.ts'
import type { MockToken, SubtotalAccount } from './subtotal-account.ts'
import type { FieldRules } from './subtotal-fields.ts'

/** Pages of Subtotal's documentation. */
export const subtotalPages = {
  introduction: 'https://docs.subtotal.com/docs/api-reference/introduction',
  createWebhook: 'https://docs.subtotal.com/docs/api-reference/webhooks/create-webhook',
  updateWebhook: 'https://docs.subtotal.com/docs/api-reference/webhooks/update-webhook',
  createConnection: 'https://docs.subtotal.com/docs/api-reference/connections/create-connection',
  getConnections: 'https://docs.subtotal.com/docs/api-reference/connections/get-connections',
  updateConnection: 'https://docs.subtotal.com/docs/api-reference/connections/update-connection',
  connectionToken: 'https://docs.subtotal.com/docs/api-reference/connections/create-connection-token',
  connectionPurchases: 'https://docs.subtotal.com/docs/api-reference/connections/get-connection-purchases',
  getPurchases: 'https://docs.subtotal.com/docs/api-reference/purchases/get-purchases',
  getPurchase: 'https://docs.subtotal.com/docs/api-reference/purchases/get-purchase',
  getRetailers: 'https://docs.subtotal.com/docs/api-reference/retailers/get-retailers',
  simulateConnection: 'https://docs.subtotal.com/docs/api-reference/simulated-connections/simulate-connection',
  simulatePurchase: 'https://docs.subtotal.com/docs/api-reference/simulated-connections/simulate-purchase',
  setSimulatedStatus: 'https://docs.subtotal.com/docs/api-reference/simulated-connections/set-simulated-status',
} as const

/** A request as the rules see it. */
export interface SubtotalCall {
  readonly request: MockRequest
  /** Without the query, split at slashes. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  readonly route: SubtotalRoute | undefined
  /** What the path holds in the place of `{…}`. */
  readonly pathId: string
  /** What `Authorization` holds after its scheme. */
  readonly bearer: string | undefined
  readonly settings: SubtotalSettings
  readonly scopes: ReadonlySet<SubtotalScope>
  readonly account: SubtotalAccount
  readonly nowMs: number
}

/** A call that every rule has let pass. */
export interface CheckedCall extends SubtotalCall {
  readonly route: SubtotalRoute
  readonly body: Readonly<Record<string, unknown>>
  /** Of the calls that need one, unless an access token stands for it. */
  readonly token: MockToken | undefined
}

/** What a call does: its answer, and what it changed. */
export interface RouteResult {
  readonly answer: MockAnswer
  /** The id of what was changed. */
  readonly changed?: string
}

/** One call of the API. */
export interface SubtotalRoute {
  /** `PATCH /webhooks/{webhook_id}`. */
  readonly name: string
  readonly source: string
  readonly scope?: SubtotalScope
  /** Read with a connection token beside the API key. */
  readonly needsConnectionToken?: boolean
  readonly body?: FieldRules
  readonly query?: FieldRules
  run(call: CheckedCall): RouteResult
}

/** FastAPI's answer for fields at fault. */
export function invalid(fields: readonly { readonly loc: readonly string[]; readonly msg: string }[]): MockAnswer {
  return { status: 422, body: { detail: fields.map(({ loc, msg }) => ({ loc, msg, type: 'value_error' })) } }
}

/** An unknown or foreign object. */
export function notFound(what: string): RouteResult {
  return { answer: { status: 404, body: { detail: `${what} not found` } } }
}
