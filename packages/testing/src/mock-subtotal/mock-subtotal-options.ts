import type { MockServerOptions } from '../mock-destination/mock-server.ts'
import type { SubtotalChange } from './mock-subtotal-types.ts'

/** A key that `createMockSubtotal` always answers 401, to test what a revoked key does. */
export const revokedSubtotalKey = 'subtotal-key-that-was-revoked'

/**
 * Which age of Subtotal's documentation answers and webhooks are shaped by: A before March 2025, B 2025, C late 2025, D early 2026, E since
 * mid-2026. The paths are those of E (and `GET /purchases` of D) whatever the era.
 */
export type SubtotalEra = 'A' | 'B' | 'C' | 'D' | 'E'

/** What a key or token may do. */
export type SubtotalScope =
  | 'connections:read'
  | 'purchases:brand_products'
  | 'webhooks:read'
  | 'webhooks:write'
  | 'simulator:write'

/** Every {@link SubtotalScope}. */
export const subtotalScopes: readonly SubtotalScope[] = [
  'connections:read',
  'purchases:brand_products',
  'webhooks:read',
  'webhooks:write',
  'simulator:write',
]

/** The time, and a way to wait for it. */
export interface MockClock {
  /** Milliseconds since 1970. */
  now(): number
  setTimeout(callback: () => void, delayMs: number): { cancel(): void }
}

/** Whole purchases, without items, or ids alone. */
export type PurchaseContent = 'whole' | 'no_items' | 'ids'

/** Options of `createMockSubtotal`. Where Subtotal's pages are silent, an option chooses. */
export interface MockSubtotalOptions extends MockServerOptions<SubtotalChange> {
  /** The one API key that is accepted. Default: every key but `revokedSubtotalKey`. */
  readonly apiKey?: string
  /** The one OAuth access token that is accepted. Default: none. */
  readonly accessToken?: string
  /** What key and token may do; anything else is answered 403. Default: everything. */
  readonly scopes?: readonly SubtotalScope[]
  /** Default `'E'`. */
  readonly era?: SubtotalEra
  /** Requests a window; more are answered 429 with `Retry-After`. Subtotal documents no limit. Default: none. */
  readonly rateLimit?: { readonly requests: number; readonly windowMs: number }
  /** How long a connection token lives, in milliseconds. Not documented. Default 15 minutes. */
  readonly tokenLifeMs?: number
  /** What the webhook of a purchase carries; its table is in no stored page. Default `'whole'`. */
  readonly purchaseContent?: PurchaseContent
  /** Whether each attempt is signed with its own time, or all with the first one's. Not documented. Default `true`. */
  readonly signsAttemptsAnew?: boolean
  /**
   * Delays before the second to the last attempt, in milliseconds. Default Subtotal's: 5 min, 30 min, 2 h, 5 h, 10 h. Shorter ones are for a mock
   * in a process of its own, which no test can tell the time.
   */
  readonly retryDelaysMs?: readonly number[]
  /** Default the machine's own. */
  readonly clock?: MockClock
  /** The same seed gives the same products and ids at the same times. Default 1. */
  readonly seed?: number
}

/** {@link MockSubtotalOptions} with the defaults filled in, as far as the rules need them. */
export interface SubtotalSettings {
  readonly apiKey: string | undefined
  readonly accessToken: string | undefined
  readonly era: SubtotalEra
  readonly rateLimit: { readonly requests: number; readonly windowMs: number } | undefined
  readonly tokenLifeMs: number
  readonly purchaseContent: PurchaseContent
  readonly signsAttemptsAnew: boolean
  readonly retryDelaysMs: readonly number[]
  readonly clock: MockClock
  readonly seed: number
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const systemClock: MockClock = {
  now: () => Date.now(),
  setTimeout(callback, delayMs) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}

/**
 * Waits before attempts 2 to 6. The last two are arithmetic: the page's table is cut after the fourth, and 5 h and 10 h make its total of
 * 17 h 35 min.
 *
 * @see https://docs.subtotal.com/docs/webhooks/delivery-and-retries
 */
export const subtotalRetryDelaysMs: readonly number[] = [5 * minuteMs, 30 * minuteMs, 2 * hourMs, 5 * hourMs, 10 * hourMs]

/** Fills in the defaults. */
export function toSubtotalSettings(options: MockSubtotalOptions): SubtotalSettings {
  return {
    apiKey: options.apiKey,
    accessToken: options.accessToken,
    era: options.era ?? 'E',
    rateLimit: options.rateLimit,
    tokenLifeMs: options.tokenLifeMs ?? 15 * minuteMs,
    purchaseContent: options.purchaseContent ?? 'whole',
    signsAttemptsAnew: options.signsAttemptsAnew ?? true,
    retryDelaysMs: options.retryDelaysMs ?? subtotalRetryDelaysMs,
    clock: options.clock ?? systemClock,
    seed: options.seed ?? 1,
  }
}
