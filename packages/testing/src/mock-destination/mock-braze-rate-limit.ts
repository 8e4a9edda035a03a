import type { Failure } from './mock-server.ts'

/**
 * The two ways in which Braze tells its rate limits on `/users/track`.
 *
 * - `ordinary`: `X-RateLimit-Reset` is an epoch in seconds, on 429 too.
 * - `mau` (contracts priced by monthly active users): `X-RateLimit-Reset` is the number of seconds left; on 429 the three headers are
 *   absent and `X-Ratelimit-Retry-After` holds the seconds to wait.
 *
 * Source: https://www.braze.com/docs/api/api_limits. Header names arrive in lower case.
 */
export type BrazeContract = 'ordinary' | 'mau'

/** A rate limit that a mock Braze keeps. Braze's own for most contracts: 3,000 requests in 3,000 ms. */
export interface BrazeRateLimit {
  readonly requests: number
  /** Length of the window; windows begin at whole multiples of it, as Braze's hours do. */
  readonly perMs: number
  /** Default `'ordinary'`. */
  readonly contract?: BrazeContract
}

/** One request's share of a rate limit. */
interface RateLimitVerdict {
  readonly isExceeded: boolean
  readonly headers: Readonly<Record<string, string>>
}

/** The body of a 429 is not documented. */
export const rateLimitedBody: { readonly message: string } = { message: 'Rate limit exceeded' }

/** Counts requests against a limit; `now` is in milliseconds since 1970. */
export function createBrazeRateLimiter(limit: BrazeRateLimit): (now: number) => RateLimitVerdict {
  let window = -1
  let used = 0
  return (now) => {
    const current = Math.floor(now / limit.perMs)
    if (current !== window) used = 0
    window = current
    used += 1
    const resetAt = (current + 1) * limit.perMs
    const isExceeded = used > limit.requests
    const secondsLeft = Math.ceil((resetAt - now) / 1000)
    if (limit.contract === 'mau' && isExceeded) return { isExceeded, headers: { 'x-ratelimit-retry-after': String(secondsLeft) } }
    const reset = limit.contract === 'mau' ? secondsLeft : Math.ceil(resetAt / 1000)
    return {
      isExceeded,
      headers: {
        'x-ratelimit-limit': String(limit.requests),
        'x-ratelimit-remaining': String(Math.max(0, limit.requests - used)),
        'x-ratelimit-reset': String(reset),
      },
    }
  }
}

/** A 429 as Braze answers it, for `fail`. `waitSeconds`: until the limit resets. `now`: milliseconds since 1970, default the machine's clock. */
export function brazeRateLimited(contract: BrazeContract, waitSeconds: number, now: number = Date.now()): Failure {
  const ordinary = {
    'x-ratelimit-limit': '3000',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.ceil(now / 1000) + waitSeconds),
  }
  const headers = contract === 'mau' ? { 'x-ratelimit-retry-after': String(waitSeconds) } : ordinary
  return { kind: 'answer', status: 429, headers, body: rateLimitedBody }
}
