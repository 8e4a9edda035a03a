import type { AnswerCounter } from './activity/answer-counter.ts'
import { createAnswerCounter } from './activity/answer-counter.ts'
import type { Clock } from './clock/clock.ts'
import type { RelayConfig } from './config/relay-config.ts'
import { createLane } from './delivery/create-lane.ts'
import type { Lane } from './delivery/lane.ts'
import type { Pause } from './delivery/lane-gate.ts'
import type { RetryPolicy } from './delivery/retry-policy.ts'
import { withoutProofs } from './delivery/without-proofs.ts'
import type { Enricher } from './enrichment/enricher.ts'
import { createEnricher } from './enrichment/enricher.ts'
import { enrichmentSettings } from './enrichment/enrichment-settings.ts'
import type { GroupCommit } from './ingest/group-commit.ts'
import { createGroupCommit } from './ingest/group-commit.ts'
import type { RelayEvents } from './observability/relay-events.ts'
import { createErasureRunner } from './operations/erasure-runner.ts'
import { createIdentityRunner } from './operations/identity-runner.ts'
import type { ImportRunner } from './operations/import-runner.ts'
import { createImportRunner } from './operations/import-runner.ts'
import type { ReplayRunner } from './operations/replay-runner.ts'
import { createReplayRunner } from './operations/replay-runner.ts'
import { createRetentionRunner } from './operations/retention-runner.ts'
import { createRotationRunner } from './operations/rotation-runner.ts'
import type { StepRunner } from './operations/step-runner.ts'
import { createStoreWatch } from './operations/store-watch.ts'
import { defaultRetention } from './retention/retention-settings.ts'
import type { LanePause, Store } from './store/store.ts'
import { storeFailureOf } from './store/store-failure.ts'

/** Everything that works on the store by itself, beside what the HTTP server does when it is asked. */
export interface Workers {
  readonly commit: GroupCommit
  readonly lanes: readonly Lane[]
  readonly replays: ReplayRunner
  readonly erasures: StepRunner
  readonly rotations: StepRunner
  readonly imports: ImportRunner
  readonly enricher: Enricher
  /** Counts on until it is stopped: what is answered last counts too. */
  readonly answers: AnswerCounter
  /** Tells the others that so many new events have deliveries waiting. */
  readonly onStored: (count: number) => void
  /** Tells other relays of the store that something was asked for which runs in steps. */
  readonly tellWork: () => void
  start(): void
  /** Begins nothing more; resolves when what is under way has ended. Aborting the signal ends calls to the outside at once. */
  stop(signal: AbortSignal): Promise<void>
}

/** What the workers work with. */
export interface WorkersOptions {
  readonly store: Store
  readonly events: RelayEvents
  readonly clock: Clock
  /** The lanes that an operator paused before. */
  readonly pauses: readonly LanePause[]
  readonly policy?: RetryPolicy
  readonly random?: () => number
}

/** Workers that do nothing until started. */
export function createWorkers(config: RelayConfig, options: WorkersOptions): Workers {
  const { store, events, clock, pauses, policy, random } = options
  const destinations = Object.keys(config.destinations)
  const commit = createGroupCommit({ store, events, clock, destinations, onStored })
  const lanes = Object.entries(config.destinations).map(([destination, connector]) =>
    createLane({
      destination,
      connector: withoutProofs(connector),
      store,
      events,
      clock,
      ingest: commit,
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
      // More does not come before these have been attempted.
      lanes.find((lane) => lane.destination === destination)?.notify(count > 0 ? Number.POSITIVE_INFINITY : 0)
      enricher.notify()
    },
  })
  const enricher = createEnricher({
    store,
    api: config.subtotal,
    settings: enrichmentSettings(config),
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
    identities.notify()
  }
  const identities = createIdentityRunner({
    store,
    destinations,
    events,
    clock,
    onReplay() {
      replays.wake()
      // In the order of customers, what waited for an event may do so no longer, now that its customer is known.
      for (const lane of lanes) lane.notify(0)
    },
  })
  const imports = createImportRunner({
    store,
    api: config.subtotal,
    destinations,
    events,
    clock,
    running: () => lanes.filter((lane) => lane.status().state === 'running').map((lane) => lane.destination),
    onStored,
  })
  // What waited for an event that is gone may be due.
  const erasures = createErasureRunner({ store, events, clock, onErased: () => onStored(0) })
  const answers = createAnswerCounter({ store, events, clock })
  const rotations = createRotationRunner({ store, events, clock })
  const retention = createRetentionRunner({ store, settings: { ...defaultRetention, ...config.retention }, events, clock })
  const runners = [replays, identities, erasures, rotations, retention, imports]
  function wakeAll(): void {
    for (const runner of [replays, erasures, rotations, imports]) runner.wake()
    enricher.notify()
    identities.notify()
  }
  const watch =
    store.sharing &&
    createStoreWatch({
      sharing: store.sharing,
      lanes,
      clock,
      wake: wakeAll,
      onFailure: (destination, error) => events.emit('lane:failed', { destination, ...storeFailureOf(error) }),
    })

  return {
    commit,
    lanes,
    replays,
    erasures,
    rotations,
    imports,
    enricher,
    answers,
    onStored,
    tellWork: () => store.sharing?.tell({ kind: 'work' }),
    start() {
      for (const lane of lanes) lane.start()
      identities.start()
      enricher.start()
      for (const runner of [replays, erasures, rotations, retention, imports]) runner.wake()
      watch?.start()
    },
    async stop(signal) {
      watch?.stop()
      await Promise.all([
        ...runners.map((runner) => runner.stop()),
        enricher.stop(signal),
        ...lanes.map((lane) => lane.stop(signal)),
      ])
    },
  }
}

function toPause(pause: LanePause | undefined): { pause?: Pause } {
  return pause === undefined ? {} : { pause: { reason: pause.reason, since: pause.pausedAt } }
}
