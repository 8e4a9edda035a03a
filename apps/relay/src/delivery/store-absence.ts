import type { Clock } from '../clock/clock.ts'

/** Whether the store of a lane answers, and whether other relays still have to record what they sent before it went away. */
export interface StoreAbsence {
  /** It did not answer. */
  begin(): void
  isAway(): boolean
  /** It answers again. */
  end(): void
  /** For how long nothing is claimed; 0: it may be. */
  graceMs(): number
}

/** After so long without the store, leases of other relays may have ended with results that they could not record. */
const longAwayMs = 30_000
/** So long they have for that when it is back. */
const longestGraceMs = 3_000

/** A store that answers. */
export function createStoreAbsence(clock: Pick<Clock, 'elapsed'>): StoreAbsence {
  let since: number | undefined
  let graceUntil = Number.NEGATIVE_INFINITY
  return {
    begin() {
      since ??= clock.elapsed()
    },
    isAway: () => since !== undefined,
    end() {
      if (since !== undefined && clock.elapsed() - since > longAwayMs) graceUntil = clock.elapsed() + longestGraceMs
      since = undefined
    },
    graceMs: () => Math.max(0, graceUntil - clock.elapsed()),
  }
}
