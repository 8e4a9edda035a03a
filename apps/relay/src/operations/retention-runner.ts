import type { Clock } from '../clock/clock.ts'
import { errorCodeOf } from '../observability/error-code-of.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { RetentionSettings } from '../retention/retention-settings.ts'
import type { Store } from '../store/store.ts'
import type { StepRunner } from './step-runner.ts'
import { createStepRunner } from './step-runner.ts'

/** What the runner works with. */
export interface RetentionRunnerOptions {
  readonly store: Pick<Store, 'retain'>
  readonly settings: RetentionSettings
  readonly events: RelayEvents
  readonly clock: Clock
}

/** A step takes a few milliseconds of the store: so long it belongs to others afterwards. */
const pauseMs = 25
/** And so many times as long as the step took: more while others are waiting for the store, too. */
const pauseFactor = 4
const betweenRoundsMs = 3_600_000

/** Goes through what is stored when woken, and once an hour after that. */
export function createRetentionRunner({ store, settings, events, clock }: RetentionRunnerOptions): StepRunner {
  return createStepRunner({
    clock,
    async step() {
      const startedAt = clock.elapsed()
      const { isEnd, ...removed } = await store.retain({ now: clock.now(), settings })
      const tookMs = clock.elapsed() - startedAt
      if (removed.payloads + removed.ledger + removed.quarantined > 0) events.emit('retention:removed', removed)
      return isEnd ? betweenRoundsMs : Math.max(pauseMs, pauseFactor * tookMs)
    },
    onFailure: (error) => events.emit('retention:failed', { code: errorCodeOf(error) }),
  })
}
