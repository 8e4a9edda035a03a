/** The time, and a way to wait for it: anything with these three. */
export interface ApiClock {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** Milliseconds since some moment, never corrected. */
  elapsed(): number
  setTimeout(callback: () => void, delayMs: number): { cancel(): void }
}

/** Options of `createSubtotalApi`. Exactly one of `apiKey` and `accessToken` is given. */
export interface SubtotalApiOptions {
  /** Sent as `X-Api-Key`. */
  readonly apiKey?: string
  /** An OAuth access token, sent as `Authorization: Bearer …`; what it may do depends on its scopes. */
  readonly accessToken?: string
  /** An origin to use instead of `https://api.subtotal.com`: `https://…`, or `http://` on a loopback host. */
  readonly baseUrl?: string
  /** Requests in flight at once, and so sockets. Default 4. */
  readonly concurrency?: number
  /** Requests started a second at most. Default 10: Subtotal documents no limit. */
  readonly requestsPerSecond?: number
  /**
   * How often a read is repeated after a failure that may pass (429, 5xx, no answer). Writes never are. 0 switches it off. Default 3.
   */
  readonly retries?: number
  /**
   * The longest wait that the client takes upon itself, in milliseconds. When `Retry-After` asks for more, the call rejects with
   * `retryAfterMs`. Default 30 s.
   */
  readonly maxRetryWaitMs?: number
  /** From the start of a request to the end of its answer, in milliseconds. Default 20 s. */
  readonly timeoutMs?: number
  /** Default the machine's own. */
  readonly clock?: ApiClock
}

/** The machine's own clock. */
export const systemClock: ApiClock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimeout(callback, delayMs) {
    const timer = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timer) }
  },
}
