import type { Judge, MockAnswer, MockRequest } from '../mock-destination/mock-server.ts'
import { connectionRoutes } from './connection-routes.ts'
import type { SubtotalScope, SubtotalSettings } from './mock-subtotal-options.ts'
import type { SubtotalChange } from './mock-subtotal-types.ts'
import { simulatedRoutes } from './simulated-routes.ts'
import type { SubtotalAccount } from './subtotal-account.ts'
import { invalid, type SubtotalCall, type SubtotalRoute } from './subtotal-call.ts'
import type { SubtotalEvents } from './subtotal-events.ts'
import { isAccessToken, subtotalRules } from './subtotal-rules.ts'
import { webhookRoutes } from './webhook-routes.ts'

/** An answer in the place of the true one, or `undefined`. */
export type Disturb = (request: MockRequest) => MockAnswer | undefined

/** What {@link createSubtotalJudge} needs. */
export interface SubtotalJudgeContext {
  readonly account: SubtotalAccount
  readonly settings: SubtotalSettings
  readonly events: SubtotalEvents
  readonly scopes: Set<SubtotalScope>
  disturb(request: MockRequest): MockAnswer | undefined
  isKeyRevoked(): boolean
}

/** Answers requests as Subtotal's API does. */
export function createSubtotalJudge(context: SubtotalJudgeContext): Judge<SubtotalChange> {
  const { account, settings, events, scopes } = context
  const routes = [...webhookRoutes, ...connectionRoutes(events), ...simulatedRoutes(events)].map((route) => {
    const [method = '', path = ''] = route.name.split(' ')
    return { route, method, segments: path.split('/') }
  })
  let window = { startedAt: Number.NEGATIVE_INFINITY, requests: 0 }

  function findRoute(method: string, segments: readonly string[]): { route: SubtotalRoute; pathId: string } | undefined {
    const found = routes.find(
      (one) =>
        one.method === method &&
        one.segments.length === segments.length &&
        one.segments.every((segment, index) => segment.startsWith('{') || segment === segments[index]),
    )
    if (found === undefined) return undefined
    return { route: found.route, pathId: segments[found.segments.findIndex((segment) => segment.startsWith('{'))] ?? '' }
  }

  /** No limit is documented; where a test sets one it counts in fixed windows. */
  function limited(nowMs: number): MockAnswer | undefined {
    const { rateLimit } = settings
    if (rateLimit === undefined) return undefined
    if (nowMs >= window.startedAt + rateLimit.windowMs) window = { startedAt: nowMs, requests: 0 }
    window.requests += 1
    if (window.requests <= rateLimit.requests) return undefined
    const seconds = Math.ceil((window.startedAt + rateLimit.windowMs - nowMs) / 1000)
    return { status: 429, headers: { 'retry-after': String(seconds) }, body: { detail: 'Too many requests' } }
  }

  return (request, isRefused) => {
    const nowMs = settings.clock.now()
    const disturbed = context.disturb(request) ?? limited(nowMs)
    if (disturbed !== undefined) return { answer: disturbed, accepted: [] }
    const { pathname, searchParams } = new URL(request.path, 'http://mock')
    const segments = pathname.split('/')
    const found = findRoute(request.method, segments)
    // The pages write `Bearer: token`, Subtotal's own SDK `Bearer token`.
    const bearer = /^Bearer:? +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1]
    const call: SubtotalCall = {
      request: context.isKeyRevoked() ? withoutKey(request) : request,
      segments,
      query: searchParams,
      route: found?.route,
      pathId: found?.pathId ?? '',
      bearer,
      settings,
      scopes,
      account,
      nowMs,
    }
    for (const rule of subtotalRules) {
      const answer = rule.refuse(call)
      if (answer !== undefined) return { answer, accepted: [] }
    }
    if (found === undefined || isRefused(request.json)) {
      return { answer: invalid([{ loc: ['body'], msg: 'Refused' }]), accepted: [] }
    }
    const token = isAccessToken(call) || bearer === undefined ? undefined : account.tokens.get(bearer)
    const body = typeof request.json === 'object' && request.json !== null ? { ...request.json } : {}
    const { answer, changed } = found.route.run({ ...call, route: found.route, body, token })
    return { answer, accepted: changed === undefined ? [] : [{ call: found.route.name, id: changed }] }
  }
}

function withoutKey(request: MockRequest): MockRequest {
  const { 'x-api-key': _, authorization: __, ...headers } = request.headers
  return { ...request, headers }
}
