import type { ApiClock } from './subtotal-api-options.ts'
import { wait } from './wait.ts'

/** When the next request may start. */
export interface RequestPace {
  /** Resolves when it is this request's turn; turns are given in the order in which they are asked for. */
  turn(signal: AbortSignal): Promise<void>
  /** No turn before this time is over. */
  hold(ms: number): void
  /** How long nobody gets a turn because of {@link RequestPace.hold}, in milliseconds. */
  heldMs(): number
}

/** Turns at even distances, so that no second has more than so many. */
export function createRequestPace(requestsPerSecond: number, clock: ApiClock): RequestPace {
  const distanceMs = 1_000 / requestsPerSecond
  let nextAt = Number.NEGATIVE_INFINITY
  let heldUntil = Number.NEGATIVE_INFINITY

  async function turn(signal: AbortSignal): Promise<void> {
    const now = clock.elapsed()
    const at = Math.max(now, nextAt, heldUntil)
    nextAt = at + distanceMs
    // Timers count whole milliseconds, and a turn too soon is one too many.
    if (at > now) await wait(clock, Math.ceil(at - now), signal)
    // A hold that came meanwhile counts for those that wait, too.
    if (clock.elapsed() < heldUntil) await turn(signal)
  }

  return {
    turn,
    hold(ms) {
      heldUntil = Math.max(heldUntil, clock.elapsed() + ms)
    },
    heldMs() {
      return Math.max(0, heldUntil - clock.elapsed())
    },
  }
}
