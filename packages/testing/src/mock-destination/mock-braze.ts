import type { AcceptedBrazeObject, BrazeError, LostBrazeObject } from './mock-braze-objects.ts'
import { judgeBrazeObject, keepBrazeObject } from './mock-braze-objects.ts'
import { personOf } from './mock-braze-person-rules.ts'
import type { BrazeRateLimit } from './mock-braze-rate-limit.ts'
import { createBrazeRateLimiter, rateLimitedBody } from './mock-braze-rate-limit.ts'
import { brazeRequestRules, noValidDataMessage } from './mock-braze-request-rules.ts'
import type { BrazeSettings } from './mock-braze-rule.ts'
import { brazeArrays } from './mock-braze-rule.ts'
import { isObject } from './mock-braze-values.ts'
import type { Judgement, MockDestination, MockRequest, MockServerOptions } from './mock-server.ts'
import { createMockServer } from './mock-server.ts'

/** Options of {@link createMockBraze}. */
export interface MockBrazeOptions extends MockServerOptions<AcceptedBrazeObject> {
  /** The one key that is accepted. Default: every key but `revokedBrazeKey`. */
  readonly apiKey?: string
  /** What the key may do; without `users.track` everything is answered 403. Default: `['users.track']`. */
  readonly permissions?: readonly string[]
  /** `false`: the plan has ended, everything with a good key is answered 403. Default `true`. */
  readonly isAccountActive?: boolean
  /** Objects in one request, over the three arrays. Default 75; 50 is what the page said in 2025. */
  readonly maxObjects?: number
  /** Default: none; no rate-limit headers are sent. */
  readonly rateLimit?: BrazeRateLimit
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/** A running mock of Braze's `POST /users/track`. */
export interface MockBraze extends MockDestination<AcceptedBrazeObject> {
  /** What was answered with a success and not kept as sent, in order. Empty with `keepRequests: false`. */
  readonly lost: readonly LostBrazeObject[]
}

/**
 * A mock of Braze's `POST /users/track`, as strict as its documentation and silent where Braze is: each rule is in
 * `brazeRequestRules`, `brazeObjectRules` or `brazeLosses` with its source. It accepts a repeated object again, as Braze does.
 *
 * Not modelled: `/users/track/bulk`, `/users/track/sync`, `/users/identify`, contracts with 75 objects in each array, types forced in the
 * dashboard, and the schemas of the `ecommerce.…` events other than the required properties of `ecommerce.order_placed`.
 *
 * Source: https://www.braze.com/docs/api/endpoints/user_data/post_user_track.
 */
export async function createMockBraze(options: MockBrazeOptions = {}): Promise<MockBraze> {
  const {
    apiKey,
    permissions = ['users.track'],
    isAccountActive = true,
    maxObjects = 75,
    rateLimit,
    now = Date.now,
    ...serverOptions
  } = options
  const settings: BrazeSettings = { apiKey, permissions, isAccountActive, maxObjects }
  const limiter = rateLimit === undefined ? undefined : createBrazeRateLimiter(rateLimit)
  const people = new Set<string>()
  const lost: LostBrazeObject[] = []

  function judge(request: MockRequest, isRefused: (item: unknown) => boolean): Judgement<AcceptedBrazeObject> {
    for (const rule of brazeRequestRules) {
      const answer = rule.refuse(request, settings)
      if (answer !== undefined) return { answer, accepted: [] }
    }
    const share = limiter?.(now())
    if (share?.isExceeded === true) {
      return { answer: { status: 429, headers: share.headers, body: rateLimitedBody }, accepted: [] }
    }
    const { answer, accepted } = track(request, isRefused)
    return { answer: share === undefined ? answer : { ...answer, headers: share.headers }, accepted }
  }

  function track({ json }: MockRequest, isRefused: (item: unknown) => boolean): Judgement<AcceptedBrazeObject> {
    const errors: BrazeError[] = []
    const accepted: AcceptedBrazeObject[] = []
    const processed: Record<string, number> = {}
    for (const array of brazeArrays) {
      const items: unknown = isObject(json) ? json[array] : undefined
      if (!Array.isArray(items)) continue
      for (const [index, item] of items.entries()) {
        const problems = [...judgeBrazeObject(item, array, index)]
        if (isRefused(item)) problems.push({ type: 'The object is refused', input_array: array, index })
        errors.push(...problems)
        if (problems.length > 0 || !isObject(item)) continue
        processed[`${array}_processed`] = (processed[`${array}_processed`] ?? 0) + 1
        const { kept, losses } = keepBrazeObject(item, array, { now: now(), people })
        if (losses.length > 0 && options.keepRequests !== false) lost.push({ array, object: item, losses })
        if (kept === undefined) continue
        accepted.push({ array, object: kept })
        people.add(personOf(kept) ?? '')
      }
    }
    if (Object.keys(processed).length === 0)
      return { answer: { status: 400, body: { message: noValidDataMessage, errors } }, accepted: [] }
    const body = { message: 'success', ...processed, ...(errors.length > 0 ? { errors } : {}) }
    return { answer: { status: 201, body }, accepted }
  }

  const server = await createMockServer(judge, {
    ...serverOptions,
    onClear: () => {
      people.clear()
      lost.length = 0
    },
  })
  return Object.assign(server, { lost })
}
