import { Hono } from 'hono'
import type { Clock } from '../clock/clock.ts'
import type { LaneStatus } from '../delivery/lane-status.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Store } from '../store/store.ts'
import type { HttpEnvironment } from './webhooks-route.ts'

/** What the routes for machines work with. */
export interface HealthOptions {
  readonly store: Store
  readonly clock: Clock
  readonly metrics: Metrics
  readonly lanes: () => readonly LaneStatus[]
  readonly isStopping: () => boolean
}

/** The store is written to no more often than this to see whether it takes writes. */
const checkEveryMs = 1_000

/** `/healthz`, `/readyz` and `/metrics`. They need no token and say nothing about people; lanes are named with their state alone. */
export function healthRoutes({ store, clock, metrics, lanes, isStopping }: HealthOptions): Hono<HttpEnvironment> {
  const routes = new Hono<HttpEnvironment>()
  let checked = { at: Number.NEGATIVE_INFINITY, takesWrites: Promise.resolve(false) }

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
    const isReady = (await takesWrites()) && !isStopping()
    const quarantined = isReady ? (await store.stats()).quarantined : null
    const states = Object.fromEntries(
      lanes().map(({ destination, state, reason, since }) => [
        destination,
        { state, reason, since: new Date(since).toISOString() },
      ]),
    )
    return context.json({ status: isReady ? 'ready' : 'unavailable', lanes: states, quarantined }, isReady ? 200 : 503)
  })

  routes.get('/metrics', async () => {
    const text = await metrics.read()
    return new Response(text, { headers: { 'content-type': metrics.contentType } })
  })

  return routes
}
