import type { ConnectorError, DeliveryResult, ErrorCode, Retry } from '@subtotal-connectors/core'
import type { AttemptFailure } from '../store/records.ts'
import type { ClaimedDelivery, Verdict } from '../store/store.ts'
import type { RetryPolicy } from './retry-policy.ts'
import { backoffMs, waitMs } from './retry-policy.ts'

/** What a result means for the whole destination. */
type LaneEffect =
  | { readonly kind: 'none' }
  /** Leave the destination alone until then. */
  | { readonly kind: 'pause'; readonly until: number; readonly error: ConnectorError }
  /** Nothing will be accepted until a person changes something. */
  | { readonly kind: 'block'; readonly error: ConnectorError }

/** What becomes of a delivery, and of its lane. */
export interface Decision {
  readonly verdict: Verdict
  readonly lane: LaneEffect
}

/** What a decision depends on besides the result and the delivery. */
export interface DecisionContext {
  readonly now: number
  readonly policy: RetryPolicy
  /** At least 0, less than 1. */
  readonly random: () => number
  /** Whether the lane runs: a delivery never dies of age while it is held back. */
  readonly mayDieOfAge: boolean
}

/** What is known of a delivery when its attempt ends. */
export type AttemptedDelivery = Pick<
  ClaimedDelivery,
  'dueAt' | 'attempts' | 'earlierAttempts' | 'unknownOutcomes' | 'unreadableAnswers' | 'pendingSince'
>

const none: LaneEffect = { kind: 'none' }
const secondMs = 1_000
const minuteMs = 60_000
const hourMs = 3_600_000

/** What becomes of a delivery after an attempt. Pure. */
export function decide(result: DeliveryResult, delivery: AttemptedDelivery, context: DecisionContext): Decision {
  switch (result.status) {
    case 'delivered':
      return { verdict: { status: 'delivered' }, lane: none }
    case 'skipped':
      return { verdict: { status: 'skipped', reason: result.reason }, lane: none }
    case 'rejected':
      return { verdict: dead(toFailure('rejected', result.error), result.error.code, result.error.message), lane: none }
    case 'blocked':
      return { verdict: held(delivery.dueAt, result.error), lane: { kind: 'block', error: result.error } }
    case 'retry':
      return decideRetry(result, delivery, context)
  }
}

function decideRetry(result: Retry, delivery: AttemptedDelivery, context: DecisionContext): Decision {
  const { now, policy, random } = context
  const asksForPause = result.reason === 'rate_limited' || (result.reason === 'unavailable' && result.retryAfterMs !== undefined)
  if (asksForPause) {
    const asked = Math.max(policy.minPauseMs, result.retryAfterMs ?? policy.defaultPauseMs)
    const until = Math.ceil(now + waitMs(asked, random))
    return { verdict: held(until, result.error), lane: { kind: 'pause', until, error: result.error } }
  }
  if (result.error.code === 'ERR_ABORTED' && result.mayHaveArrived !== true) {
    return { verdict: { status: 'held', dueAt: delivery.dueAt, code: null, message: null }, lane: none }
  }
  return { verdict: afterFailure(result, delivery, context), lane: none }
}

function afterFailure(
  result: Retry,
  delivery: AttemptedDelivery,
  { now, policy, random, mayDieOfAge }: DecisionContext,
): Verdict {
  const failure = toFailure(result.reason, result.error)
  const isUnknown = result.mayHaveArrived === true
  const isUnreadable = result.reason === 'unreadable'
  const last = `The last answer: ${result.error.message}`
  if (isUnreadable && delivery.unreadableAnswers >= policy.maxUnreadableAnswers) {
    return dead(failure, 'ERR_UNREADABLE_ANSWER', result.error.message)
  }
  if (isUnknown && delivery.unknownOutcomes >= policy.maxUnknownOutcomes) {
    const times = delivery.unknownOutcomes + 1
    return dead(failure, 'ERR_OUTCOME_UNKNOWN', `Sent ${times} times without learning whether it arrived. ${last}`)
  }
  if (mayDieOfAge && now - delivery.pendingSince >= policy.maxAgeMs) {
    return dead(failure, 'ERR_MAX_AGE', `Not delivered within ${inWords(policy.maxAgeMs)}. ${last}`)
  }
  const backoff = backoffMs(delivery.attempts - (delivery.earlierAttempts ?? 0) + 1, policy, random)
  const wait = result.retryAfterMs === undefined ? backoff : Math.max(backoff, waitMs(result.retryAfterMs, random))
  return { status: 'retry', failure, dueAt: Math.ceil(now + wait), isUnknown, isUnreadable }
}

function dead(failure: AttemptFailure, code: ErrorCode, message: string): Verdict {
  return { status: 'dead', failure, code, message }
}

function held(dueAt: number, error: ConnectorError): Verdict {
  return { status: 'held', dueAt, code: error.code, message: error.message }
}

function toFailure(outcome: string, error: ConnectorError): AttemptFailure {
  return { outcome, code: error.code, message: error.message, status: error.status ?? null }
}

function inWords(ms: number): string {
  const [unit, name] =
    ms >= 2 * hourMs
      ? ([hourMs, 'hour'] as const)
      : ms >= minuteMs
        ? ([minuteMs, 'minute'] as const)
        : ([secondMs, 'second'] as const)
  const count = Math.round(ms / unit)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
