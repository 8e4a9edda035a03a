interface Limit {
  readonly burstPerSecond: number
  readonly steadyPerMinute: number
}

/**
 * Requests in a fixed window of one second and of one minute, per account.
 *
 * @see https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling
 */
const rateLimits: Readonly<Record<string, Limit>> = {
  '/api/events': { burstPerSecond: 350, steadyPerMinute: 3500 },
  '/api/event-bulk-create-jobs': { burstPerSecond: 10, steadyPerMinute: 150 },
  '/api/accounts': { burstPerSecond: 1, steadyPerMinute: 15 },
}

/** Where a request stands in its windows. */
interface KlaviyoRateCount {
  /** Sent with every answer but 429; of the steady window alone. */
  readonly headers: Readonly<Record<string, string>>
  /** Whole seconds until the window ends that is full; `undefined` when none is. */
  readonly retryAfterSeconds: number | undefined
}

/** Counts the requests to each endpoint. */
export interface KlaviyoRateLimit {
  /** Counts a request; `nowMs` is when it came in. */
  count(path: string, nowMs: number): KlaviyoRateCount
  clear(): void
}

/** Starts with nothing counted. */
export function createKlaviyoRateLimit(): KlaviyoRateLimit {
  const counts = new Map<string, { readonly window: number; readonly count: number }>()

  function countIn(name: string, window: number): number {
    const last = counts.get(name)
    const count = last?.window === window ? last.count + 1 : 1
    counts.set(name, { window, count })
    return count
  }

  return {
    count(path, nowMs) {
      const limit = rateLimits[path]
      if (limit === undefined) return { headers: {}, retryAfterSeconds: undefined }
      const minute = Math.floor(nowMs / 60_000)
      const inSecond = countIn(`${path} second`, Math.floor(nowMs / 1000))
      const inMinute = countIn(`${path} minute`, minute)
      const secondsLeft = Math.ceil(((minute + 1) * 60_000 - nowMs) / 1000)
      const burstWait = inSecond > limit.burstPerSecond ? 1 : undefined
      return {
        headers: {
          'ratelimit-limit': String(limit.steadyPerMinute),
          'ratelimit-remaining': String(Math.max(0, limit.steadyPerMinute - inMinute)),
          'ratelimit-reset': String(secondsLeft),
        },
        retryAfterSeconds: inMinute > limit.steadyPerMinute ? secondsLeft : burstWait,
      }
    },
    clear() {
      counts.clear()
    },
  }
}
