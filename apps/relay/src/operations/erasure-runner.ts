import type { Clock } from '../clock/clock.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { Store } from '../store/store.ts'
import type { StepRunner } from './step-runner.ts'
import { createStepRunner } from './step-runner.ts'

/** What the runner works with. */
export interface ErasureRunnerOptions {
  readonly store: Pick<Store, 'advanceErasures'>
  readonly events: RelayEvents
  readonly clock: Clock
  /** Deliveries may be gone that others waited for. */
  readonly onErased: () => void
}

/** A step takes a few milliseconds of the store: so long it belongs to others afterwards. */
const pauseMs = 10

/** Carries out recorded erasures step by step: wake it at the start and after a new one was recorded. */
export function createErasureRunner({ store, events, clock, onErased }: ErasureRunnerOptions): StepRunner {
  return createStepRunner({
    clock,
    async step() {
      const done = await store.advanceErasures({ now: clock.now() })
      if (done !== undefined) onErased()
      for (const erasureId of done?.finished ?? []) events.emit('erasure:finished', { erasureId })
      return done === undefined ? undefined : Math.max(pauseMs, done.waitMs)
    },
    onFailure: (error) => events.emit('erasure:failed', { code: errorCodeOf(error) }),
  })
}
