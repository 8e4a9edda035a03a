import type { RequestRate } from '@subtotal-connectors/core'

/** What a replay may take of a destination: a quarter of its requests, and of its lane's batches in flight. */
const share = 0.25
const leastIntervalMs = 50
/** So much of the last batch is left to new events, which then need not wait for the one after it. */
const room = 0.25

/** How fast one destination's replays go. */
export interface ReplayPace {
  /** Deliveries made due at once. No more are until each of them has been attempted. */
  readonly size: number
  /** The least time between two of them, in milliseconds. */
  readonly intervalMs: number
}

/** What the pace depends on. */
export interface ReplayPaceOptions {
  /** Messages in one request. */
  readonly batchSize: number
  /** That the lane keeps. */
  readonly rates: readonly RequestRate[]
  /** Batches that the lane has in flight at once. */
  readonly concurrency: number
}

/** The pace that leaves three quarters of the destination's budget to new events, and room in the batch that goes out. Pure. */
export function replayPace({ batchSize, rates, concurrency }: ReplayPaceOptions): ReplayPace {
  const batches = Math.max(1, Math.floor(concurrency * share))
  const perBatchMs = Math.max(0, ...rates.map(({ requests, perMs }) => perMs / (requests * share)))
  const size = batches * batchSize - Math.floor(batchSize * room)
  return { size, intervalMs: Math.ceil(Math.max(leastIntervalMs, batches * perBatchMs)) }
}
