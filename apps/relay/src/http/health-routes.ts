import { Hono } from 'hono'
import type { Clock } from '../clock/clock.ts'
import type { LaneStatuses } from '../delivery/lane-status.ts'
import type { EnrichmentStatus } from '../enrichment/enrichment-status.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { Store } from '../store/store.ts'
import { toIso } from './to-iso.ts'
import type { HttpEnvironment } from './webhooks-route.ts'

/** What the routes for machines work with. */
export interface HealthOptions {
  readonly store: Store
  readonly clock: Clock
  readonly metrics: Metrics
  readonly events: RelayEvents
  readonly lanes: LaneStatuses
  readonly enrichment: () => EnrichmentStatus
  readonly isStopping: () => boolean
}

/** The store is written to no more often than this to see whether it takes writes. */
const checkEveryMs = 1_000

/** How long after events could not be stored the relay is not ready, unless others could. A small test write fits on a full disk. */
const failedForMs = 10_000

/**
 * `/healthz`, `/readyz` and `/metrics`. They need no token and say nothing about people; why a lane does not run is told as a code,
 * never in the destination's words.
 */
export function healthRoutes({
  store,
  clock,
  metrics,
  events,
  lanes,
  enrichment,
  isStopping,
}: HealthOptions): Hono<HttpEnvironment> {
  const routes = new Hono<HttpEnvironment>()
  let checked = { at: Number.NEGATIVE_INFINITY, takesWrites: Promise.resolve(false) }

  let failedAt = Number.NEGATIVE_INFINITY
  events.on('commit:failed', () => {
    failedAt = clock.now()
  })
  events.on('commit:finished', ({ stored }) => {
    failedAt = Number.NEGATIVE_INFINITY
    if (stored > 0) checked = { at: clock.now(), takesWrites: Promise.resolve(true) }
  })

  function takesWrites(): Promise<boolean> {
    if (Math.abs(clock.now() - checked.at) >= checkEveryMs) {
      checked = {
        at: clock.now(),
        takesWrites: store.checkWrite().then(
          () => true,
          () => false,
        ),
      }
    }
    return checked.takesWrites
  }

  routes.get('/healthz', (context) => context.json({ status: 'ok' }))

  routes.get('/readyz', async (context) => {
    const isFailing = Math.abs(clock.now() - failedAt) < failedForMs
    const isReady = (await takesWrites()) && !isFailing && !isStopping()
    const stats = isReady ? await store.stats() : undefined
    const states = Object.fromEntries(
      lanes(stats).map(({ destination, state, code, since }) => [
        destination,
        { state, reason: code, since: new Date(since).toISOString() },
      ]),
    )
    const { state, code, since } = enrichment()
    const waiting = stats?.enrichments.waiting ?? null
    const missingKeys = stats?.missingKeys ?? []
    return context.json(
      {
        status: isReady ? 'ready' : 'unavailable',
        lanes: states,
        quarantined: stats?.quarantined ?? null,
        ...(missingKeys.length === 0 ? {} : { missingKeys }),
        enrichment: { state, reason: code, since: toIso(since), waiting },
      },
      isReady ? 200 : 503,
    )
  })

  routes.get('/metrics', async () => {
    const text = await metrics.read()
    return new Response(text, { headers: { 'content-type': metrics.contentType } })
  })

  return routes
}
