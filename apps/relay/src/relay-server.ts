import type { Server, ServerOptions } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Clock } from './clock/clock.ts'
import type { RelayConfig } from './config/relay-config.ts'
import type { LaneStatuses } from './delivery/lane-status.ts'
import { unconfiguredLanes } from './delivery/unconfigured-lanes.ts'
import { createApp } from './http/create-app.ts'
import { closeServer, serverOptions } from './http/http-server.ts'
import { createBodyBudget } from './ingest/body-budget.ts'
import { listsAfterIngest } from './ingest/lists-after-ingest.ts'
import { createReceiver } from './ingest/receive-webhook.ts'
import { createMetrics } from './observability/metrics.ts'
import type { RelayEvents } from './observability/relay-events.ts'
import { createRetailerDirectory } from './retailers/retailer-directory.ts'
import type { Store } from './store/store.ts'
import type { Workers } from './workers.ts'

/** The relay's HTTP server. */
export interface RelayServer {
  readonly server: Server
  /** Takes no more requests; resolves when those under way are answered and what they brought is stored. */
  stopReceiving(signal: AbortSignal): Promise<void>
}

/** What the server works with. */
export interface RelayServerOptions {
  readonly store: Store
  readonly workers: Workers
  readonly events: RelayEvents
  readonly clock: Clock
  /** What differs from the limits of the HTTP server. */
  readonly server?: ServerOptions
}

/** Of all webhooks that are being received and stored. */
const ingestBytes = 64 * 1024 * 1024

/** A server that does not listen yet. */
export function createRelayServer(config: RelayConfig, options: RelayServerOptions): RelayServer {
  const { store, workers, events, clock } = options
  const { commit, lanes, replays, erasures, rotations, imports, enricher, onStored } = workers
  let isStopping = false
  const alsoElsewhere = (action: () => void) => (): void => {
    action()
    workers.tellWork()
  }
  const startedAt = clock.now()
  const statuses: LaneStatuses = (stats) => [
    ...lanes.map((lane) => lane.status()),
    ...(stats === undefined ? [] : unconfiguredLanes(stats, Object.keys(config.destinations), startedAt)),
  ]
  const signing = { secrets: config.signingSecrets, toleranceMs: config.signatureToleranceMs }
  const app = createApp({
    store: listsAfterIngest(store, commit, clock),
    clock,
    events,
    bodyLimitBytes: config.bodyLimitBytes,
    budget: createBodyBudget(Math.max(ingestBytes, 2 * config.bodyLimitBytes)),
    signing,
    receive: createReceiver({
      ...signing,
      store,
      commit,
      events,
      clock,
    }),
    tokens: {
      ...(config.adminToken === undefined ? {} : { adminToken: config.adminToken }),
      ...(config.viewerToken === undefined ? {} : { viewerToken: config.viewerToken }),
    },
    destinations: Object.keys(config.destinations),
    connectors: config.destinations,
    laneControls: lanes,
    laneSettings: config.lanes ?? {},
    onReplay: alsoElsewhere(replays.wake),
    onErasure: alsoElsewhere(erasures.hurry),
    onRotation: alsoElsewhere(rotations.hurry),
    hasSubtotal: config.subtotal !== undefined,
    onImport: alsoElsewhere(imports.wake),
    async onHurry() {
      await imports.hurry()
      workers.tellWork()
    },
    onStored,
    lanes: statuses,
    enrichment: enricher.status,
    retailers: createRetailerDirectory(config.subtotal, clock),
    metrics: createMetrics({
      events,
      stats: () => store.stats(),
      freeBytes: () => store.freeBytes(),
      lanes: statuses,
      enrichment: enricher.status,
      now: () => clock.now(),
    }),
    isStopping: () => isStopping,
  })
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: { ...serverOptions, ...options.server } })
  if (!('closeIdleConnections' in server)) throw new TypeError('An HTTP/1 server was expected.')
  return {
    server,
    async stopReceiving(signal) {
      isStopping = true
      await closeServer(server, signal)
      await commit.drained()
    },
  }
}
