import type { Server, ServerOptions } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import type { Logger } from 'pino'
import type { Alerts } from './alerts/start-alerts.ts'
import { startAlerts } from './alerts/start-alerts.ts'
import type { Clock } from './clock/clock.ts'
import { systemClock } from './clock/clock.ts'
import type { RelayConfig } from './config/relay-config.ts'
import type { Lane } from './delivery/lane.ts'
import { createLane } from './delivery/lane.ts'
import type { Pause } from './delivery/lane-gate.ts'
import type { LaneStatuses } from './delivery/lane-status.ts'
import type { RetryPolicy } from './delivery/retry-policy.ts'
import { unconfiguredLanes } from './delivery/unconfigured-lanes.ts'
import { withoutProofs } from './delivery/without-proofs.ts'
import type { Enricher } from './enrichment/enricher.ts'
import { createEnricher } from './enrichment/enricher.ts'
import { enrichmentSettings } from './enrichment/enrichment-settings.ts'
import { createApp } from './http/create-app.ts'
import { closeServer, listen, serverOptions } from './http/http-server.ts'
import { createBodyBudget } from './ingest/body-budget.ts'
import { createGroupCommit } from './ingest/group-commit.ts'
import { createReceiver } from './ingest/receive-webhook.ts'
import { createLogger, logEvents } from './observability/logger.ts'
import { createMetrics } from './observability/metrics.ts'
import type { RelayEvents } from './observability/relay-events.ts'
import { createRelayEvents } from './observability/relay-events.ts'
import { createErasureRunner } from './operations/erasure-runner.ts'
import type { ImportRunner } from './operations/import-runner.ts'
import { createImportRunner } from './operations/import-runner.ts'
import type { ReplayRunner } from './operations/replay-runner.ts'
import { createReplayRunner } from './operations/replay-runner.ts'
import { createRetentionRunner } from './operations/retention-runner.ts'
import type { StepRunner } from './operations/step-runner.ts'
import { createRetailerDirectory } from './retailers/retailer-directory.ts'
import { defaultRetention } from './retention/retention-settings.ts'
import { openStore } from './store/open-store.ts'
import type { ReadVolumeSpace } from './store/sqlite/volume-space.ts'
import type { LanePause, Store } from './store/store.ts'

/** A running relay. */
export interface Relay {
  /** `http://127.0.0.1:8080` */
  readonly url: string
  /** Takes no more webhooks, finishes what is in flight (at most 25 s) and closes the store. */
  stop(): Promise<void>
}

/** What tests and hosts may give instead of the relay's own. */
export interface RelayOptions {
  readonly clock?: Clock
  readonly logger?: Logger
  /** To listen to what happens. */
  readonly events?: RelayEvents
  readonly policy?: RetryPolicy
  /** At least 0, less than 1; for jitter. */
  readonly random?: () => number
  /** Instead of asking the operating system how full the store's disk is. */
  readonly readSpace?: ReadVolumeSpace
  /** Whether the store gets a thread of its own. Default: unless `clock` or `readSpace` is given, which stay in this one. */
  readonly hasStoreThread?: boolean
  /** What differs from the limits of the HTTP server. */
  readonly server?: ServerOptions
}

const drainMs = 25_000
/** Of all webhooks that are being received and stored. */
const ingestBytes = 64 * 1024 * 1024

/**
 * Opens the store, starts a lane per destination and listens. Throws a `ConfigurationError` in words when the store or the port
 * cannot be used.
 */
export async function createRelay(config: RelayConfig, options: RelayOptions = {}): Promise<Relay> {
  const { clock = systemClock, events = createRelayEvents(), policy, random } = options
  logEvents(events, options.logger ?? createLogger(config.logLevel), () => clock.now())
  const enrichment = enrichmentSettings(config)
  const store = await openStore(config.store, clock, {
    ...(config.minFreeBytes === undefined ? {} : { minFreeBytes: config.minFreeBytes }),
    ...(options.readSpace === undefined ? {} : { readSpace: options.readSpace }),
    hasThread: options.hasStoreThread ?? (options.clock === undefined && options.readSpace === undefined),
    enrichment,
  })
  const pauses = await store.lanePauses()
  const lanes = Object.entries(config.destinations).map(([destination, connector]) =>
    createLane({
      destination,
      connector: withoutProofs(connector),
      store,
      events,
      clock,
      ...toPause(pauses.find((pause) => pause.destination === destination)),
      ...(config.lanes?.[destination] === undefined ? {} : { settings: config.lanes[destination] }),
      ...(policy === undefined ? {} : { policy }),
      ...(random === undefined ? {} : { random }),
    }),
  )
  const replays = createReplayRunner({
    store,
    connectors: config.destinations,
    settings: config.lanes ?? {},
    events,
    clock,
    onMoved(destination, count) {
      lanes.find((lane) => lane.destination === destination)?.notify(count)
      enricher.notify()
    },
  })
  const enricher = createEnricher({
    store,
    api: config.subtotal,
    settings: enrichment,
    events,
    clock,
    ...(random === undefined ? {} : { random }),
    onDue(counts) {
      for (const lane of lanes) lane.notify(counts.get(lane.destination) ?? 0)
    },
  })
  function onStored(count: number): void {
    for (const lane of lanes) lane.notify(count)
    enricher.notify()
  }
  const imports = createImportRunner({
    store,
    api: config.subtotal,
    destinations: Object.keys(config.destinations),
    events,
    clock,
    running: () => lanes.filter((lane) => lane.status().state === 'running').map((lane) => lane.destination),
    onStored,
  })
  const erasures = createErasureRunner({ store, events, clock })
  const retention = createRetentionRunner({ store, settings: { ...defaultRetention, ...config.retention }, events, clock })
  const { server, stopReceiving } = createRelayServer(config, {
    store,
    lanes,
    replays,
    erasures,
    retention,
    imports,
    enricher,
    onStored,
    events,
    clock,
    ...(options.server === undefined ? {} : { server: options.server }),
  })
  try {
    const url = await listen(server, config.host, config.port)
    events.emit('relay:listening', { url })
    for (const lane of lanes) lane.start()
    replays.wake()
    imports.wake()
    erasures.wake()
    retention.wake()
    enricher.start()
    const alerts = config.alerts && startAlerts({ settings: config.alerts, events, clock, stats: () => store.stats() })
    const subtotal = config.subtotal === undefined ? {} : { subtotal: config.subtotal }
    const workers = { lanes, replays, erasures, retention, imports, enricher, onStored }
    const parts = { stopReceiving, ...workers, store, events, clock, connectors: config.destinations, ...subtotal }
    return { url, stop: once(() => stop({ ...parts, ...(alerts === undefined ? {} : { alerts }) })) }
  } catch (error) {
    await store.close()
    throw error
  }
}

function toPause(pause: LanePause | undefined): { pause?: Pause } {
  return pause === undefined ? {} : { pause: { reason: pause.reason, since: pause.pausedAt } }
}

interface Parts {
  readonly store: Store
  readonly lanes: readonly Lane[]
  readonly replays: ReplayRunner
  readonly erasures: StepRunner
  readonly retention: StepRunner
  readonly imports: ImportRunner
  readonly enricher: Enricher
  /** So many new events have deliveries waiting. */
  readonly onStored: (count: number) => void
  readonly events: RelayEvents
  readonly clock: Clock
  readonly alerts?: Alerts
  readonly subtotal?: SubtotalApi
  readonly server?: ServerOptions
}

function createRelayServer(
  config: RelayConfig,
  parts: Parts,
): { server: Server; stopReceiving: (signal: AbortSignal) => Promise<void> } {
  const { store, lanes, replays, erasures, imports, enricher, onStored, events, clock } = parts
  let isStopping = false
  const startedAt = clock.now()
  const statuses: LaneStatuses = (stats) => [
    ...lanes.map((lane) => lane.status()),
    ...(stats === undefined ? [] : unconfiguredLanes(stats, Object.keys(config.destinations), startedAt)),
  ]
  const commit = createGroupCommit({
    store,
    events,
    clock,
    destinations: Object.keys(config.destinations),
    onStored,
  })
  const app = createApp({
    store,
    clock,
    events,
    bodyLimitBytes: config.bodyLimitBytes,
    budget: createBodyBudget(Math.max(ingestBytes, 2 * config.bodyLimitBytes)),
    receive: createReceiver({
      secrets: config.signingSecrets,
      toleranceMs: config.signatureToleranceMs,
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
    onReplay: replays.wake,
    onErasure: erasures.hurry,
    hasSubtotal: config.subtotal !== undefined,
    onImport: imports.wake,
    onHurry: imports.hurry,
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
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: { ...serverOptions, ...parts.server } })
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

async function stop(
  parts: Parts & { stopReceiving: (signal: AbortSignal) => Promise<void>; connectors: RelayConfig['destinations'] },
): Promise<void> {
  const { stopReceiving, lanes, replays, imports, enricher, store, events, clock, connectors } = parts
  events.emit('relay:stopping')
  parts.alerts?.stop()
  const abort = new AbortController()
  const deadline = clock.setTimeout(() => abort.abort(), drainMs)
  await Promise.all([
    stopReceiving(abort.signal),
    replays.stop(),
    parts.erasures.stop(),
    parts.retention.stop(),
    imports.stop(),
    enricher.stop(abort.signal),
    ...lanes.map((lane) => lane.stop(abort.signal)),
  ])
  deadline.cancel()
  await Promise.all(Object.values(connectors).map((connector) => connector.close()))
  parts.subtotal?.close()
  await store.close()
  events.emit('relay:stopped')
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined
  return () => {
    result ??= action()
    return result
  }
}
