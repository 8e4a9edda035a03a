import type { Clock, Timer } from '../clock/clock.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { Store } from '../store/store.ts'
import { createStepRunner } from './step-runner.ts'

/** Replays dead letters whose identifier comes after them. */
export interface IdentityRunner {
  /** Begins with what is stored. */
  start(): void
  /** Something may be known now that was not. */
  notify(): void
  /** Does nothing more; resolves when the step under way has ended. The rest goes on at the next start. */
  stop(): Promise<void>
}

/** What the runner works with. */
export interface IdentityRunnerOptions {
  readonly store: Pick<Store, 'advanceIdentities'>
  readonly destinations: readonly string[]
  readonly events: RelayEvents
  readonly clock: Clock
  /** A replay was recorded. */
  readonly onReplay: () => void
}

/** What comes in meanwhile is looked at together: the store is asked five times a second at most. */
const lingerMs = 200
/** A step takes a few milliseconds of the store: so long it belongs to others afterwards. */
const pauseMs = 10
/** Another relay may not have seen what is new: it is looked again. */
const busyMs = 1_000

/** A runner that does nothing until started. It listens for dead letters, for what Subtotal said, and for the end of its replays. */
export function createIdentityRunner({ store, destinations, events, clock, onReplay }: IdentityRunnerOptions): IdentityRunner {
  let timer: Timer | undefined
  let isStopped = false

  const runner = createStepRunner({
    clock,
    async step() {
      const { replays, hasMore, isBusy } = await store.advanceIdentities({ now: clock.now(), destinations })
      for (const { id, planned } of replays) events.emit('replay:started', { replayId: id, actor: 'relay', planned })
      if (replays.length > 0) onReplay()
      if (isBusy) return busyMs
      return hasMore ? pauseMs : undefined
    },
    onFailure: (error) => events.emit('identity:failed', { code: errorCodeOf(error) }),
  })

  function notify(): void {
    if (isStopped) return
    timer ??= clock.setTimeout(() => {
      timer = undefined
      runner.wake()
    }, lingerMs)
  }

  events.on('delivery:attempted', ({ status, code }) => {
    if (status === 'dead' && code === 'ERR_NO_IDENTIFIER') notify()
  })
  events.on('enrichment:finished', notify)
  events.on('replay:finished', notify)

  return {
    start: runner.wake,
    notify,
    async stop() {
      isStopped = true
      timer?.cancel()
      await runner.stop()
    },
  }
}
