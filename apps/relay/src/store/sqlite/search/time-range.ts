import type { EventFilter } from '../../records.ts'

/** A part of what is stored: positions from `low` on, below `high`. */
export interface PositionRange {
  readonly low: number
  readonly high: number
}

/** What is stored, as far as it has to be known to find when something was received. */
export interface Received {
  /** No position is beyond it. */
  readonly newest: number
  /** When the first event from this position on was received; `undefined`: there is none. */
  receivedFrom(position: number): number | undefined
}

/** Events come in the order of their receipt, but for a clock that jumps. By no more than this, it is supposed. */
const clockSlackMs = 86_400_000

/** Where everything is that was received in a time: nothing outside of it was. A few rows are looked at, whatever is stored. */
export function rangeOf(
  { since, until }: Pick<EventFilter, 'since' | 'until'>,
  { newest, receivedFrom }: Received,
): PositionRange {
  const all = { low: 1, high: newest + 1 }
  const isPast = (limit: number) => (position: number) => (receivedFrom(position) ?? Number.POSITIVE_INFINITY) >= limit
  return {
    low: since === undefined ? all.low : firstThat(isPast(since - clockSlackMs), all),
    high: until === undefined ? all.high : firstThat(isPast(until + clockSlackMs + 1), all),
  }
}

/** By halves; it holds at `high`. */
function firstThat(holds: (position: number) => boolean, { low, high }: PositionRange): number {
  let [from, to] = [low, high]
  while (from < to) {
    const middle = Math.floor((from + to) / 2)
    if (holds(middle)) to = middle
    else from = middle + 1
  }
  return to
}
