import type { Clock } from '../clock/clock.ts'
import type { LaneGate } from './lane-gate.ts'
import type { RateBudget } from './rate-budget.ts'

/** The right to one call. */
interface Turn {
  /** With one event, to see whether the destination takes anything again. */
  readonly isProbe: boolean
}

/** Which calls a lane may make now. */
export interface LaneTurns {
  /** Whether none may be begun here: too much is under way, or the gate is closed, or the lane stops. */
  isTaken(): boolean
  /** Whether one could be begun if less were under way here. */
  isFull(): boolean
  /** The right to one call, if the destination may be called now. */
  take(): Turn | undefined
  /** There was nothing to call with. */
  giveBack(turn: Turn): void
  /** Whether the gate closed since the turn was taken. What a stop overtakes is still sent. */
  hasClosed(turn: Turn): boolean
}

/** What turns depend on. */
export interface LaneTurnsOptions {
  readonly gate: LaneGate
  readonly budget: RateBudget
  readonly clock: Pick<Clock, 'elapsed'>
  /** Batches in flight at once while the gate is open. */
  readonly concurrency: number
  /** Whether other relays have the same gate. */
  readonly isShared: boolean
  /** Batches in flight here. */
  readonly underWay: () => number
  /** Whether results could not be recorded. */
  readonly isBehind: () => boolean
  readonly isStopping: () => boolean
}

/** The turns of one lane. */
export function laneTurns(options: LaneTurnsOptions): LaneTurns {
  const { gate, budget, clock, concurrency, isShared, underWay, isBehind, isStopping } = options

  const hasNoRoom = (): boolean => isBehind() || underWay() >= gate.openFor(concurrency)
  const isTaken = (): boolean => isStopping() || hasNoRoom()

  return {
    isTaken,
    isFull: () => gate.openFor(concurrency) > 0 && hasNoRoom(),
    take() {
      if (isTaken() || budget.waitMs(clock.elapsed()) > 0) return undefined
      budget.take(clock.elapsed())
      const isProbe = gate.isProbing()
      if (isProbe && isShared) gate.reserveProbe()
      return { isProbe }
    },
    giveBack({ isProbe }) {
      budget.giveBack()
      if (isProbe) gate.releaseProbe()
    },
    hasClosed({ isProbe }) {
      if (isStopping()) return false
      if (isProbe) return gate.opensInMs() === Number.POSITIVE_INFINITY
      return underWay() >= gate.openFor(concurrency) || gate.isProbing()
    },
  }
}
