import type { Clock } from '../clock/clock.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { Store } from '../store/store.ts'
import type { StepRunner } from './step-runner.ts'
import { createStepRunner } from './step-runner.ts'

/** What the runner works with. */
export interface RotationRunnerOptions {
  readonly store: Pick<Store, 'advanceRotation'>
  readonly events: RelayEvents
  readonly clock: Clock
}

/** A step takes a few milliseconds of the store: so long it belongs to others afterwards. */
const pauseMs = 10

/** Carries out a recorded rotation step by step: wake it at the start and after a new one was recorded. */
export function createRotationRunner({ store, events, clock }: RotationRunnerOptions): StepRunner {
  return createStepRunner({
    clock,
    async step() {
      const done = await store.advanceRotation({ now: clock.now() })
      if (done === undefined) return undefined
      if (done.finished !== null) events.emit('rotation:finished', { rotationId: done.finished })
      return Math.max(pauseMs, done.waitMs)
    },
    onFailure: (error) => events.emit('rotation:failed', { code: errorCodeOf(error) }),
  })
}
