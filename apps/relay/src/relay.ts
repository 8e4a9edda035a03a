import type { ServerOptions } from 'node:http'
import type { Logger } from 'pino'
import { startAlerts } from './alerts/start-alerts.ts'
import type { Clock } from './clock/clock.ts'
import { systemClock } from './clock/clock.ts'
import type { RelayConfig } from './config/relay-config.ts'
import type { RetryPolicy } from './delivery/retry-policy.ts'
import { enrichmentSettings } from './enrichment/enrichment-settings.ts'
import { listen } from './http/http-server.ts'
import { createLogger, logEvents } from './observability/logger.ts'
import type { RelayEvents } from './observability/relay-events.ts'
import { createRelayEvents } from './observability/relay-events.ts'
import { createRelayServer } from './relay-server.ts'
import { openStore } from './store/open-store.ts'
import type { ReadVolumeSpace } from './store/sqlite/volume-space.ts'
import { createWorkers } from './workers.ts'

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
/** To record what came of the calls that were ended. */
const recordMs = 3_000

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
    onSchemaChange: (change) => events.emit('store:migrating', change),
    onMissingKey: (keyId) => events.emit('store:key-missing', { keyId }),
    enrichment: enrichmentSettings(config),
    ...(config.storeConnections === undefined ? {} : { connections: config.storeConnections }),
    ...(config.storeListen === undefined ? {} : { listen: config.storeListen }),
    time: options.clock === undefined ? 'database' : 'caller',
    ...(config.encryption === undefined ? {} : { encryption: config.encryption }),
    orderedDestinations: Object.keys(config.destinations).filter((name) => config.lanes?.[name]?.ordering === 'customer'),
  })
  const workers = createWorkers(config, {
    store,
    events,
    clock,
    pauses: await store.lanePauses(),
    ...(policy === undefined ? {} : { policy }),
    ...(random === undefined ? {} : { random }),
  })
  const limits = options.server === undefined ? {} : { server: options.server }
  const { server, stopReceiving } = createRelayServer(config, { store, workers, events, clock, ...limits })
  const url = await listen(server, config.host, config.port).catch(async (error: unknown) => {
    await store.close()
    throw error
  })
  events.emit('relay:listening', { url })
  workers.start()
  const shared = store.sharing === undefined ? {} : { sharing: store.sharing }
  const alerts = config.alerts && startAlerts({ settings: config.alerts, events, clock, stats: () => store.stats(), ...shared })

  async function stop(): Promise<void> {
    events.emit('relay:stopping')
    alerts?.stop()
    const abort = new AbortController()
    const deadline = clock.setTimeout(() => abort.abort(), drainMs)
    const storeDeadline = clock.setTimeout(() => store.abandon?.(), drainMs + recordMs)
    await Promise.all([stopReceiving(abort.signal), workers.stop(abort.signal), store.endUpkeep?.()])
    await workers.answers.stop()
    deadline.cancel()
    await Promise.all(Object.values(config.destinations).map((connector) => connector.close()))
    config.subtotal?.close()
    await store.close()
    storeDeadline.cancel()
    events.emit('relay:stopped')
  }

  return { url, stop: once(stop) }
}

function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined
  return () => {
    result ??= action()
    return result
  }
}
