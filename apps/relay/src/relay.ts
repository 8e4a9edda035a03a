import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import type { Logger } from 'pino'
import type { Clock } from './clock/clock.ts'
import { systemClock } from './clock/clock.ts'
import type { RelayConfig } from './config/relay-config.ts'
import type { Lane } from './delivery/lane.ts'
import { createLane } from './delivery/lane.ts'
import type { RetryPolicy } from './delivery/retry-policy.ts'
import { createApp } from './http/create-app.ts'
import { closeServer, listen, serverOptions } from './http/http-server.ts'
import { createGroupCommit } from './ingest/group-commit.ts'
import { createReceiver } from './ingest/receive-webhook.ts'
import { createLogger, logEvents } from './observability/logger.ts'
import { createMetrics } from './observability/metrics.ts'
import type { RelayEvents } from './observability/relay-events.ts'
import { createRelayEvents } from './observability/relay-events.ts'
import { openStore } from './store/open-store.ts'
import type { Store } from './store/store.ts'

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
}

const drainMs = 25_000

/**
 * Opens the store, starts a lane per destination and listens. Throws a `ConfigurationError` in words when the store or the port
 * cannot be used.
 */
export async function createRelay(config: RelayConfig, options: RelayOptions = {}): Promise<Relay> {
  const { clock = systemClock, events = createRelayEvents(), policy, random } = options
  logEvents(events, options.logger ?? createLogger(config.logLevel))
  const store = await openStore(config.store, clock)
  const lanes = Object.entries(config.destinations).map(([destination, connector]) =>
    createLane({
      destination,
      connector,
      store,
      events,
      clock,
      ...(config.lanes?.[destination] === undefined ? {} : { settings: config.lanes[destination] }),
      ...(policy === undefined ? {} : { policy }),
      ...(random === undefined ? {} : { random }),
    }),
  )
  const { server, stopReceiving } = createRelayServer(config, { store, lanes, events, clock })
  try {
    const url = await listen(server, config.host, config.port)
    events.emit('relay:listening', { url })
    for (const lane of lanes) lane.start()
    return { url, stop: once(() => stop({ stopReceiving, lanes, store, events, clock, connectors: config.destinations })) }
  } catch (error) {
    await store.close()
    throw error
  }
}

interface Parts {
  readonly store: Store
  readonly lanes: readonly Lane[]
  readonly events: RelayEvents
  readonly clock: Clock
}

function createRelayServer(
  config: RelayConfig,
  parts: Parts,
): { server: Server; stopReceiving: (signal: AbortSignal) => Promise<void> } {
  const { store, lanes, events, clock } = parts
  let isStopping = false
  const statuses = () => lanes.map((lane) => lane.status())
  const commit = createGroupCommit({
    store,
    events,
    destinations: Object.keys(config.destinations),
    onStored: (count) => {
      for (const lane of lanes) lane.notify(count)
    },
  })
  const app = createApp({
    store,
    clock,
    events,
    bodyLimitBytes: config.bodyLimitBytes,
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
    lanes: statuses,
    metrics: createMetrics({ events, stats: () => store.stats(), lanes: statuses, now: () => clock.now() }),
    isStopping: () => isStopping,
  })
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions })
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
  const { stopReceiving, lanes, store, events, clock, connectors } = parts
  events.emit('relay:stopping')
  const abort = new AbortController()
  const deadline = clock.setTimeout(() => abort.abort(), drainMs)
  await Promise.all([stopReceiving(abort.signal), ...lanes.map((lane) => lane.stop(abort.signal))])
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
