import type { Found } from '../../common/found.ts'
import type { PositionRange } from './time-range.ts'

/** What is gone through from the newest to the oldest where no index finds what matches. */
export interface Scan {
  readonly range: PositionRange
  /** So many are looked for. */
  readonly wanted: number
  /** Positions of the first part. */
  readonly windowSize: number
  /** About so many rows are looked at, the rest is left to the next page. */
  readonly mostRows: number
  /** How many rows a part has; of more than `most`, so many. */
  countIn(window: PositionRange, most: number): number
  find(window: PositionRange, limit: number): readonly number[]
}

/** Where a part has few rows, the next one is larger by this. */
const growth = 4

/** Goes from part to part until enough is found or looked at. */
export function scanWindows({ range, wanted, windowSize, mostRows, countIn, find }: Scan): Found {
  const positions: number[] = []
  let top = range.high
  let size = windowSize
  for (let looked = 0; top > range.low && looked < mostRows && positions.length < wanted; ) {
    const window = { low: Math.max(range.low, top - size), high: top }
    const rows = countIn(window, mostRows + 1)
    if (rows > mostRows - looked && size > windowSize) {
      size = windowSize
      continue
    }
    positions.push(...find(window, wanted - positions.length))
    looked += rows
    top = window.low
    if (rows * growth < size) size *= growth
  }
  return { positions, through: top > range.low ? top : 0 }
}
