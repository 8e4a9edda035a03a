import type { Server, ServerOptions } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
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
import { createApp } from './http/create-app.ts'
import { closeServer, listen, serverOptions } from './http/http-server.ts'
import { createBodyBudget } from './ingest/body-budget.ts'
import { createGroupCommit } from './ingest/group-commit.ts'
import { createReceiver } from './ingest/receive-webhook.ts'
import { createLogger, logEvents } from './observability/logger.ts'
import { createMetrics } from './observability/metrics.ts'
import type { RelayEvents } from './observability/relay-events.ts'
import { createRelayEvents } from './observability/relay-events.ts'
import type { ReplayRunner } from './operations/replay-runner.ts'
import { createReplayRunner } from './operations/replay-runner.ts'
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
  const store = await openStore(config.store, clock, {
    ...(config.minFreeBytes === undefined ? {} : { minFreeBytes: config.minFreeBytes }),
    ...(options.readSpace === undefined ? {} : { readSpace: options.readSpace }),
    hasThread: options.hasStoreThread ?? (options.clock === undefined && options.readSpace === undefined),
  })
  const pauses = await store.lanePauses()
  const lanes = Object.entries(config.destinations).map(([destination, connector]) =>
    createLane({
      destination,
      connector,
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
    onMoved: (destination, count) => lanes.find((lane) => lane.destination === destination)?.notify(count),
  })
  const { server, stopReceiving } = createRelayServer(config, {
    store,
    lanes,
    replays,
    events,
    clock,
    ...(options.server === undefined ? {} : { server: options.server }),
  })
  try {
    const url = await listen(server, config.host, config.port)
    events.emit('relay:listening', { url })
    for (const lane of lanes) lane.start()
    replays.wake()
    const alerts = config.alerts && startAlerts({ settings: config.alerts, events, clock, stats: () => store.stats() })
    const parts = { stopReceiving, lanes, replays, store, events, clock, connectors: config.destinations }
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
  readonly events: RelayEvents
  readonly clock: Clock
  readonly alerts?: Alerts
  readonly server?: ServerOptions
}

function createRelayServer(
  config: RelayConfig,
  parts: Parts,
): { server: Server; stopReceiving: (signal: AbortSignal) => Promise<void> } {
  const { store, lanes, replays, events, clock } = parts
  let isStopping = false
  const startedAt = clock.now()
  const statuses: LaneStatuses = (stats) => [
    ...lanes.map((lane) => lane.status()),
    ...(stats === undefined ? [] : unconfiguredLanes(stats, Object.keys(config.destinations), startedAt)),
  ]
  function notifyLanes(count: number): void {
    for (const lane of lanes) lane.notify(count)
  }
  const commit = createGroupCommit({
    store,
    events,
    destinations: Object.keys(config.destinations),
    onStored: notifyLanes,
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
    onStored: notifyLanes,
    lanes: statuses,
    metrics: createMetrics({
      events,
      stats: () => store.stats(),
      freeBytes: () => store.freeBytes(),
      lanes: statuses,
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
  const { stopReceiving, lanes, replays, store, events, clock, connectors } = parts
  events.emit('relay:stopping')
  parts.alerts?.stop()
  const abort = new AbortController()
  const deadline = clock.setTimeout(() => abort.abort(), drainMs)
  await Promise.all([stopReceiving(abort.signal), replays.stop(), ...lanes.map((lane) => lane.stop(abort.signal))])
  deadline.cancel()
  await Promise.all(Object.values(connectors).map((connector) => connector.close()))
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
