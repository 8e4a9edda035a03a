import type { Attempted } from './attempted.ts'

/** How often a destination that takes nothing is tried with one event. Times in milliseconds. */
export interface ProbeSchedule {
  readonly firstMs: number
  readonly factor: number
  readonly longestMs: number
}

/** Of a destination that does not answer: 5 s, doubling to 5 min. */
export const downProbes: ProbeSchedule = { firstMs: 5_000, factor: 2, longestMs: 300_000 }

/** Of a destination that refuses the configuration: every 5 min. */
export const blockedProbes: ProbeSchedule = { firstMs: 300_000, factor: 1, longestMs: 300_000 }

const triesPerEvent = 2

/**
 * Where a delivery stands after a probe with it failed: first in the queue, to be the next probe, until it has been tried twice; then
 * behind the others. Pure.
 */
export function placeAfterProbe(attempted: Attempted, failedProbes: number, dueNow: number): Attempted {
  const { delivery, decision } = attempted
  const { verdict } = decision
  if (verdict.status !== 'retry' && verdict.status !== 'held') return attempted
  const attempts = verdict.status === 'retry' ? delivery.attempts + 1 : 0
  const isTriedEnough = Math.max(failedProbes, attempts) >= triesPerEvent
  const behind = verdict.status === 'retry' ? verdict.dueAt : dueNow
  return { ...attempted, decision: { ...decision, verdict: { ...verdict, dueAt: isTriedEnough ? behind : delivery.dueAt } } }
}
