import { ConnectorError } from '@subtotal-connectors/core'
import type { Clock } from '../clock/clock.ts'
import type { Attempted } from './attempted.ts'
import type { BreakerState } from './breaker.ts'
import { createBreaker } from './breaker.ts'
import { callOutcome } from './call-outcome.ts'
import type { LaneState, LaneStatus } from './lane-status.ts'
import { pausedCode } from './lane-status.ts'
import type { ProbeSchedule } from './probe-schedule.ts'
import { blockedProbes, downProbes, placeAfterProbe } from './probe-schedule.ts'
import type { RateBudget } from './rate-budget.ts'
import type { RejectionRun } from './rejection-run.ts'
import { countRejections, noRejections, rejectionsToBlock } from './rejection-run.ts'

/** An operator's wish that nothing be sent. */
export interface Pause {
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** Whether a lane may send, and how much. */
export interface LaneGate {
  status(): LaneStatus
  /** How many batches may be in flight now. */
  openFor(concurrency: number): number
  /** Whether what is sent now is one event, to see whether the destination takes anything again. */
  isProbing(): boolean
  /** Whether nothing tells that the destination answers: its last call failed. */
  isDoubtful(): boolean
  /** Milliseconds until a closed gate opens; 0 while it is open, infinite while it is paused. */
  opensInMs(): number
  /** Opens or closes by what came of a batch; returns the decisions as they then stand. `dueNow`: what is due then is due at once. */
  apply(attempted: readonly Attempted[], wasProbe: boolean, dueNow: number): readonly Attempted[]
  /** `undefined`: as if it had never been paused. */
  pause(pause: Pause | undefined): void
  /** Ends a pause, and lets what is blocked or down be tried at once. */
  resume(): void
  /** Nothing else is sent to see whether the destination takes anything, until this probe has failed or its interval is over. */
  reserveProbe(): void
  /** There was nothing to probe with. */
  releaseProbe(): void
  /** Returns what takes back everything from now on, as if it had never been. */
  mark(): () => void
  /** Everything that the relays of one store have in common of it. */
  save(): LaneGateState
  /** Goes on from there, and with this pause. */
  load(state: LaneGateState, pause: Pause | undefined): void
}

/** What a gate is at a moment, as JSON can hold it. Its pause is kept elsewhere. */
export interface LaneGateState {
  readonly condition: {
    readonly kind: Condition['kind']
    readonly error: Pick<ConnectorError, 'code' | 'message'> | null
    readonly opensAt: number
    readonly intervalMs: number
  }
  readonly breaker: BreakerState | null
  readonly rejections: RejectionRun
  readonly probed: { readonly deliveryId: string; readonly failures: number }
  readonly since: number
}

/** What a gate works with. */
export interface LaneGateOptions {
  readonly destination: string
  readonly clock: Clock
  readonly budget: RateBudget
  readonly pause?: Pause
  readonly onChange: (status: LaneStatus) => void
}

/** Times are elapsed milliseconds: a corrected clock neither opens a gate early nor keeps it closed. */
type Condition =
  | { readonly kind: 'open' }
  /** The destination asked to be left alone. */
  | { readonly kind: 'waiting'; readonly error: ConnectorError; readonly opensAt: number }
  /** The destination does not answer, or takes nothing from anybody: one event at a time finds out whether that is over. */
  | {
      readonly kind: 'down' | 'blocked'
      readonly error: ConnectorError
      readonly opensAt: number
      readonly schedule: ProbeSchedule
      readonly intervalMs: number
    }

const stateOf = { open: 'running', waiting: 'backing_off', down: 'backing_off', blocked: 'blocked' } as const

/** A gate that is open, unless paused from the start. */
export function createLaneGate({ destination, clock, budget, onChange, ...options }: LaneGateOptions): LaneGate {
  const breaker = createBreaker()
  let condition: Condition = { kind: 'open' }
  let paused: Pause | undefined = options.pause
  let rejections = noRejections
  let probed: LaneGateState['probed'] = { deliveryId: '', failures: 0 }
  let since = options.pause?.since ?? clock.now()
  let told = sentence()

  function describe(): { readonly state: LaneState; readonly reason: string | null; readonly code: string | null } {
    if (paused !== undefined) return { state: 'paused', reason: paused.reason, code: pausedCode }
    if (condition.kind === 'open') return { state: 'running', reason: null, code: null }
    return { state: stateOf[condition.kind], reason: condition.error.message, code: condition.error.code }
  }

  function sentence(): string {
    const { state, reason } = describe()
    return `${state} ${reason ?? ''}`
  }

  function status(): LaneStatus {
    refresh()
    const isWaiting = paused === undefined && condition.kind !== 'open'
    const until = isWaiting ? Math.round(clock.now() + Math.max(0, opensInMs())) : null
    return { destination, ...describe(), since, until, rateFactor: budget.factor(clock.elapsed()) }
  }

  function tell(): void {
    const next = sentence()
    if (next === told) return
    if (!told.startsWith(`${describe().state} `)) since = paused?.since ?? clock.now()
    told = next
    onChange(status())
  }

  function enter(next: Condition): void {
    condition = next
    tell()
  }

  function open(): void {
    breaker.reset()
    enter({ kind: 'open' })
  }

  function refresh(): void {
    if (condition.kind === 'waiting' && clock.elapsed() >= condition.opensAt) enter({ kind: 'open' })
  }

  function opensInMs(): number {
    if (paused !== undefined) return Number.POSITIVE_INFINITY
    return condition.kind === 'open' ? 0 : Math.max(0, condition.opensAt - clock.elapsed())
  }

  function startProbing(kind: 'down' | 'blocked', error: ConnectorError): void {
    const schedule = kind === 'down' ? downProbes : blockedProbes
    probed = { deliveryId: '', failures: 0 }
    enter({ kind, error, schedule, intervalMs: schedule.firstMs, opensAt: clock.elapsed() + schedule.firstMs })
  }

  function wait(error: ConnectorError, ms: number): void {
    const opensAt = clock.elapsed() + ms
    if (condition.kind === 'open') {
      budget.slowDown(clock.elapsed(), opensAt)
      enter({ kind: 'waiting', error, opensAt })
    } else if (condition.kind === 'waiting') enter({ kind: 'waiting', error, opensAt: Math.max(opensAt, condition.opensAt) })
  }

  /** Holds what an open gate would let die, once too many were rejected in a row. */
  function hold(attempted: readonly Attempted[]): readonly Attempted[] {
    const wasTooMany = isTooMany()
    const counted = countRejections(rejections, attempted)
    rejections = counted.run
    const { code, count } = rejections
    if (wasTooMany && !isTooMany()) open()
    if (code !== null && isTooMany() && !wasTooMany) {
      const message = `${count} events in a row were rejected with ${code}, and none was delivered between them. Correct the cause, then resume.`
      startProbing('blocked', new ConnectorError(code, message))
    }
    return counted.attempted
  }

  function isTooMany(): boolean {
    return rejections.count >= rejectionsToBlock
  }

  function applyBatch(attempted: readonly Attempted[], dueNow: number): readonly Attempted[] {
    const outcome = callOutcome(attempted.map((one) => one.result))
    const isDown = outcome !== 'nothing' && breaker.record(outcome === 'failed', clock.elapsed())
    if (condition.kind === 'down' && attempted.some((one) => one.result.status === 'delivered')) open()
    const held = hold(attempted)
    for (const { decision, result } of held) {
      if (decision.lane.kind === 'block' && condition.kind !== 'blocked') startProbing('blocked', decision.lane.error)
      if (decision.lane.kind === 'pause') wait(decision.lane.error, decision.lane.until - dueNow)
      const isClosed = condition.kind === 'down' || condition.kind === 'blocked'
      if (isDown && !isClosed && result.status === 'retry') startProbing('down', result.error)
    }
    return held
  }

  function applyProbe(attempted: Attempted, dueNow: number): Attempted {
    if (condition.kind !== 'down' && condition.kind !== 'blocked') return attempted
    const wasTooMany = isTooMany()
    const [held = attempted] = hold([attempted])
    if (isTooMany() && !wasTooMany) return held
    const { result, decision } = held
    const effect = decision.lane
    if (result.status === 'delivered') open()
    else if (effect.kind === 'block') block(effect.error)
    else if (condition.kind === 'down' && callOutcome([result]) === 'answered') {
      open()
      if (effect.kind === 'pause') wait(effect.error, effect.until - dueNow)
    } else if (result.status === 'retry' || decision.verdict.status === 'held') {
      return afterFailedProbe(held, effect.kind === 'pause' ? effect.until - dueNow : 0, dueNow)
    } else condition = { ...condition, opensAt: clock.elapsed() }
    return effect.kind === 'block' ? afterFailedProbe(held, 0, dueNow) : held
  }

  /** The destination answers again, or still, that the configuration is wrong. */
  function block(error: ConnectorError): void {
    if (condition.kind === 'blocked') enter({ ...condition, error })
    else startProbing('blocked', error)
  }

  function afterFailedProbe(attempted: Attempted, askedMs: number, dueNow: number): Attempted {
    if (condition.kind !== 'down' && condition.kind !== 'blocked') return attempted
    const { delivery } = attempted
    probed = { deliveryId: delivery.id, failures: probed.deliveryId === delivery.id ? probed.failures + 1 : 1 }
    const intervalMs = Math.min(condition.schedule.longestMs, condition.intervalMs * condition.schedule.factor)
    condition = { ...condition, intervalMs, opensAt: clock.elapsed() + Math.max(intervalMs, askedMs) }
    return placeAfterProbe(attempted, probed.failures, dueNow)
  }

  return {
    status,
    openFor(concurrency) {
      refresh()
      if (paused !== undefined || condition.kind === 'waiting') return 0
      if (condition.kind === 'open') return Math.max(1, Math.round(concurrency * budget.factor(clock.elapsed())))
      return opensInMs() === 0 ? 1 : 0
    },
    isProbing: () => condition.kind === 'down' || condition.kind === 'blocked',
    isDoubtful: () => breaker.failuresInARow() > 0,
    opensInMs() {
      refresh()
      return opensInMs()
    },
    apply(attempted, wasProbe, dueNow) {
      const isProbe = wasProbe && (condition.kind === 'down' || condition.kind === 'blocked')
      return isProbe ? attempted.map((one) => applyProbe(one, dueNow)) : applyBatch(attempted, dueNow)
    },
    pause(next) {
      paused = next
      tell()
    },
    resume() {
      paused = undefined
      if (isTooMany()) {
        rejections = noRejections
        open()
      }
      if (condition.kind === 'down' || condition.kind === 'blocked') condition = { ...condition, opensAt: clock.elapsed() }
      tell()
    },
    reserveProbe() {
      if (condition.kind !== 'down' && condition.kind !== 'blocked') return
      condition = { ...condition, opensAt: clock.elapsed() + condition.intervalMs }
    },
    releaseProbe() {
      if (condition.kind === 'down' || condition.kind === 'blocked') condition = { ...condition, opensAt: clock.elapsed() }
    },
    mark() {
      const before = { condition, paused, rejections, probed, since, told, forget: breaker.mark() }
      return () => {
        before.forget()
        ;({ condition, paused, rejections, probed, since, told } = before)
      }
    },
    save: () => ({ condition: toSaved(condition), breaker: breaker.save(), rejections, probed, since }),
    load(state, pause) {
      const next = fromSaved(state.condition)
      breaker.load(state.breaker)
      condition = next
      paused = pause
      rejections = state.rejections
      probed = state.probed
      tell()
      since = pause?.since ?? state.since
    },
  }
}

function toSaved(condition: Condition): LaneGateState['condition'] {
  if (condition.kind === 'open') return { kind: 'open', error: null, opensAt: 0, intervalMs: 0 }
  const { kind, error, opensAt } = condition
  const saved = { kind, error: { code: error.code, message: error.message }, opensAt }
  return { ...saved, intervalMs: condition.kind === 'waiting' ? 0 : condition.intervalMs }
}

function fromSaved({ kind, error, opensAt, intervalMs }: LaneGateState['condition']): Condition {
  if (kind === 'open' || error === null) return { kind: 'open' }
  const cause = new ConnectorError(error.code, error.message)
  if (kind === 'waiting') return { kind, error: cause, opensAt }
  return { kind, error: cause, opensAt, intervalMs, schedule: kind === 'down' ? downProbes : blockedProbes }
}
