import type { EventFilter } from '../../records.ts'
import type { Found } from './found.ts'

/** A part of what is stored: positions from `low` on, below `high`. */
interface ScanWindow {
  readonly low: number
  readonly high: number
}

/** What is gone through from the newest to the oldest where no index finds what matches. */
export interface Scan {
  readonly filter: Pick<EventFilter, 'since' | 'until'>
  /** Below this. */
  readonly high: number
  /** So many are looked for. */
  readonly wanted: number
  readonly windowRows: number
  /** So many rows are looked at, the rest is left to the next page. */
  readonly mostRows: number
  find(window: ScanWindow, limit: number): readonly number[]
  /** When the first event from this position on was received; `undefined`: there is none below `high`. */
  receivedFrom(position: number): number | undefined
}

/** Events come in the order of their receipt, but for a clock that jumps. By no more than this, it is supposed. */
const clockSlackMs = 86_400_000

/** Goes from window to window until enough is found or looked at. Windows that are too young or too old as a whole are passed over. */
export function scanWindows({ filter, high, wanted, windowRows, mostRows, find, receivedFrom }: Scan): Found {
  const positions: number[] = []
  let top = high
  let looked = 0
  while (top > 1) {
    const low = Math.max(1, top - windowRows)
    const oldest = receivedFrom(low)
    if (filter.until === undefined || oldest === undefined || oldest <= filter.until + clockSlackMs) {
      if (looked >= mostRows) return { positions, through: top }
      positions.push(...find({ low, high: top }, wanted - positions.length))
      looked += windowRows
      if (positions.length >= wanted) return { positions, through: low }
    }
    top = low
    if (filter.since !== undefined && oldest !== undefined && oldest < filter.since - clockSlackMs) break
  }
  return { positions, through: 0 }
}
