import type { ErrorCode } from '@subtotal-connectors/core'
import type { Clock } from '../clock/clock.ts'
import { createBreaker } from '../delivery/breaker.ts'
import type { ProbeSchedule } from '../delivery/probe-schedule.ts'
import { blockedProbes, downProbes } from '../delivery/probe-schedule.ts'
import { defaultRetryPolicy, waitMs } from '../delivery/retry-policy.ts'
import type { CallFailure } from './call-failure.ts'
import type { EnrichmentStatus } from './enrichment-status.ts'

/** Whether Subtotal may be called. */
export interface EnrichmentGate {
  status(): EnrichmentStatus
  /** Milliseconds until it opens; 0 while it is open. */
  opensInMs(): number
  /** Whether one call at a time finds out if Subtotal answers again. */
  isProbing(): boolean
  /** Subtotal answered, whatever it said of the thing asked for. */
  answered(): void
  /** `isFirst`: the first failure of its event. One that fails time and again says nothing of the others. */
  failed(failure: CallFailure, isFirst: boolean): void
}

type Condition =
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly failure: CallFailure; readonly opensAt: number }
  | {
      readonly kind: 'down' | 'blocked'
      readonly failure: CallFailure
      readonly opensAt: number
      readonly intervalMs: number
      readonly schedule: ProbeSchedule
    }

const stateOf = { open: 'running', waiting: 'backing_off', down: 'backing_off', blocked: 'blocked' } as const
const blocking: readonly ErrorCode[] = ['ERR_SUBTOTAL_CREDENTIALS', 'ERR_SUBTOTAL_SCOPE', 'ERR_REDIRECTED']

/** An open gate. It closes and opens as a lane's does: for as long as Subtotal asks, while it is down, and while it refuses the key. */
export function createEnrichmentGate(options: {
  readonly clock: Clock
  readonly random: () => number
  readonly onChange: (status: EnrichmentStatus) => void
}): EnrichmentGate {
  const { clock, random, onChange } = options
  const breaker = createBreaker()
  let condition: Condition = { kind: 'open' }
  let since = clock.now()

  function opensInMs(): number {
    return condition.kind === 'open' ? 0 : Math.max(0, condition.opensAt - clock.elapsed())
  }

  function refresh(): void {
    if (condition.kind === 'waiting' && opensInMs() === 0) enter({ kind: 'open' })
  }

  function status(): EnrichmentStatus {
    const failure = condition.kind === 'open' ? undefined : condition.failure
    const until = failure === undefined ? null : Math.round(clock.now() + opensInMs())
    return { state: stateOf[condition.kind], reason: failure?.message ?? null, code: failure?.code ?? null, since, until }
  }

  function enter(next: Condition): void {
    const isChanged = stateOf[next.kind] !== stateOf[condition.kind]
    condition = next
    if (!isChanged) return
    since = clock.now()
    onChange(status())
  }

  function wait(failure: CallFailure): void {
    const asked = Math.max(defaultRetryPolicy.minPauseMs, failure.retryAfterMs ?? defaultRetryPolicy.defaultPauseMs)
    const opensAt = clock.elapsed() + waitMs(asked, random)
    const earlier = condition.kind === 'waiting' ? condition.opensAt : 0
    enter({ kind: 'waiting', failure, opensAt: Math.max(opensAt, earlier) })
  }

  function probe(kind: 'down' | 'blocked', failure: CallFailure): void {
    const schedule = kind === 'down' ? downProbes : blockedProbes
    const isRepeat = condition.kind === kind
    // Of the calls that were in flight when it closed, none counts as a probe.
    if (isRepeat && opensInMs() > 0) return
    const intervalMs =
      isRepeat && 'intervalMs' in condition
        ? Math.min(schedule.longestMs, condition.intervalMs * schedule.factor)
        : schedule.firstMs
    enter({ kind, failure, schedule, intervalMs, opensAt: clock.elapsed() + Math.max(intervalMs, failure.retryAfterMs ?? 0) })
  }

  function answered(): void {
    breaker.record(false, clock.elapsed())
    if (condition.kind === 'waiting') return
    if (condition.kind !== 'open') breaker.reset()
    enter({ kind: 'open' })
  }

  return {
    status() {
      refresh()
      return status()
    },
    opensInMs() {
      refresh()
      return opensInMs()
    },
    isProbing: () => condition.kind === 'down' || condition.kind === 'blocked',
    answered,
    failed(failure, isFirst) {
      if (failure.kind === 'aborted') return
      if (blocking.includes(failure.code)) probe('blocked', failure)
      else if (failure.code === 'ERR_SUBTOTAL_RATE_LIMITED') {
        breaker.record(false, clock.elapsed())
        wait(failure)
      } else if (failure.kind === 'transient') {
        const isDown = isFirst && breaker.record(true, clock.elapsed())
        if (isDown || condition.kind === 'down' || condition.kind === 'blocked') probe('down', failure)
      } else answered()
    },
  }
}
