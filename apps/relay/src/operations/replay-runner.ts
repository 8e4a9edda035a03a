import type { Connector } from '@subtotal-connectors/core'
import type { Clock } from '../clock/clock.ts'
import { laneRates } from '../delivery/lane-policy.ts'
import type { LaneSettings } from '../delivery/lane-settings.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { Store } from '../store/store.ts'
import type { ReplayPace } from './replay-pace.ts'
import { replayPace } from './replay-pace.ts'
import { createStepRunner } from './step-runner.ts'

/** Makes the deliveries of recorded replays due, little by little. */
export interface ReplayRunner {
  /** Goes on with what is recorded and unfinished: at the start, and after a new replay was recorded. */
  wake(): void
  /** Does nothing more; resolves when what it was doing is stored. The rest goes on at the next start. */
  stop(): Promise<void>
}

/** What the runner works with. */
export interface ReplayRunnerOptions {
  readonly store: Pick<Store, 'advanceReplay' | 'nextDueAt' | 'sharing'>
  readonly connectors: Readonly<Record<string, Connector>>
  readonly settings: Readonly<Record<string, LaneSettings>>
  readonly events: RelayEvents
  readonly clock: Clock
  /** So many deliveries of the destination are due now. */
  readonly onMoved: (destination: string, count: number) => void
}

const defaultConcurrency = 4
const waitMs = 200
const longestWaitMs = 60_000
const longestBusyMs = 1_000
/** A step may take a quarter of the store's time. */
const restFactor = 3
const longestRestMs = 5_000

/** A runner that does nothing until woken. */
export function createReplayRunner(options: ReplayRunnerOptions): ReplayRunner {
  const runs = Object.entries(options.connectors).map(([destination, connector]) => createRun(destination, connector, options))
  return {
    wake() {
      for (const run of runs) run.wake()
    },
    async stop() {
      await Promise.all(runs.map((run) => run.stop()))
    },
  }
}

/**
 * The replays of one destination, one after the other. The next deliveries are made due when the pace allows it, those before them have
 * been attempted, and nothing that was due before is left: while the destination is slow, down, blocked or paused, no pile of old events
 * builds up before the new ones. Where several relays share the store, it knows what they have attempted, and is asked.
 */
function createRun(destination: string, connector: Connector, options: ReplayRunnerOptions): ReplayRunner {
  const { store, settings, events, clock, onMoved } = options
  const isShared = store.sharing !== undefined
  let lastMovedAt = clock.now()
  let movedAt = clock.elapsed()
  let busyMs = 0
  let tookMs = 0
  const waitingFor = new Set<string>()
  events.on('delivery:attempted', ({ deliveryId }) => waitingFor.delete(deliveryId))

  function pace(): ReplayPace {
    const lane = settings[destination] ?? {}
    const concurrency = lane.concurrency ?? defaultConcurrency
    const rates = laneRates(connector, lane)
    return replayPace({ batchSize: connector.limits.maxMessagesPerRequest, rates, concurrency })
  }

  /** Between two steps. */
  function restMs(intervalMs: number): number {
    return Math.max(intervalMs, Math.min(longestRestMs, restFactor * tookMs))
  }

  /** 0 when everything before was attempted. */
  async function mustWaitMs(intervalMs: number): Promise<number> {
    // One that an operator marked dead is never attempted.
    if (waitingFor.size > 0 && clock.elapsed() - movedAt < longestWaitMs) return intervalMs
    const firstDueAt = await store.nextDueAt(destination, clock.now())
    const isAnyDue = firstDueAt !== null && firstDueAt <= Math.min(lastMovedAt, clock.now())
    return isAnyDue ? Math.max(intervalMs, waitMs) : 0
  }

  /** How long to wait before the next step; `undefined`: nothing is left. */
  async function step(): Promise<number | undefined> {
    const { size, intervalMs } = pace()
    const waitingMs = isShared ? 0 : await mustWaitMs(intervalMs)
    if (waitingMs > 0) return waitingMs
    const begunAt = clock.elapsed()
    const shared = isShared ? { restMs: restMs(intervalMs) } : {}
    const done = await store.advanceReplay({ destination, limit: size, now: clock.now(), ...shared })
    if (done === 'busy') {
      busyMs = Math.min(longestBusyMs, Math.max(intervalMs, 2 * busyMs))
      return busyMs
    }
    busyMs = 0
    tookMs = clock.elapsed() - begunAt
    if (done === undefined) return undefined
    if (done.isFinished) events.emit('replay:finished', { replayId: done.replayId })
    if (done.deliveryIds.length === 0) {
      // Those whose event is completed first may have been all.
      onMoved(destination, 0)
      return 0
    }
    lastMovedAt = clock.now()
    movedAt = clock.elapsed()
    waitingFor.clear()
    for (const id of done.deliveryIds) waitingFor.add(id)
    onMoved(destination, done.deliveryIds.length)
    return restMs(intervalMs)
  }

  return createStepRunner({
    clock,
    step,
    onFailure: (error) => events.emit('replay:failed', { destination, code: errorCodeOf(error) }),
  })
}
