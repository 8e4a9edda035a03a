import type { RequestRate } from '@subtotal-connectors/core'

/** Paces the calls to one destination. Times are elapsed milliseconds. */
export interface RateBudget {
  /** How long until the next call may begin; 0: now. */
  waitMs(now: number): number
  /** A call begins. */
  take(now: number): void
  /** A call that was taken does not begin. */
  giveBack(): void
  /** The destination asked for less: half of the rate from now on, which recovers from `recoversFrom` on. */
  slowDown(now: number, recoversFrom: number): void
  /** The part of the documented rate that is used now: 1 is all of it, 1/64 the least. */
  factor(now: number): number
  /** Everything of it that changes. */
  save(): RateBudgetState
  /** Goes on from there. What was saved of other rates is left alone. */
  load(state: RateBudgetState): void
}

/** What a budget has at a moment, as JSON can hold it. */
export interface RateBudgetState {
  readonly slowed: { readonly factor: number; readonly at: number }
  readonly buckets: readonly { readonly tokens: number; readonly at: number }[]
}

const leastFactor = 1 / 64
const recoveryPerMs = 0.1 / 60_000
const burstShare = 10
/** Relays that share a budget know the time nearly alike: no moment is paid for twice. A clock that is further back was put back. */
const longestSkewMs = 60_000

interface Bucket {
  readonly rate: RequestRate
  tokens: number
  at: number
}

/**
 * A token bucket per documented rate. A tenth of a rate may go at once and the rest evenly, so that in no period more calls begin
 * than the rate allows. After `slowDown` the rate recovers by a tenth of the documented one per minute.
 */
export function createRateBudget(rates: readonly RequestRate[]): RateBudget {
  const buckets = rates.map((rate): Bucket => ({ rate, tokens: paceOf(rate, 1).burst, at: 0 }))
  let slowed: RateBudgetState['slowed'] = { factor: 1, at: 0 }

  function factor(now: number): number {
    return Math.min(1, slowed.factor + Math.max(0, now - slowed.at) * recoveryPerMs)
  }

  function fill(bucket: Bucket, now: number): void {
    const { burst, perMs } = paceOf(bucket.rate, factor(now))
    const passed = now - bucket.at
    bucket.tokens = Math.min(burst, bucket.tokens + Math.max(0, passed) * perMs)
    if (passed > 0 || passed < -longestSkewMs) bucket.at = now
  }

  return {
    waitMs(now) {
      let wait = 0
      for (const bucket of buckets) {
        fill(bucket, now)
        const missing = 1 - bucket.tokens
        if (missing > tolerance) wait = Math.max(wait, Math.ceil(missing / paceOf(bucket.rate, factor(now)).perMs))
      }
      return wait
    },
    take(now) {
      for (const bucket of buckets) {
        fill(bucket, now)
        bucket.tokens -= 1
      }
    },
    giveBack() {
      for (const bucket of buckets) bucket.tokens += 1
    },
    slowDown(now, recoversFrom) {
      slowed = { factor: Math.max(leastFactor, factor(now) / 2), at: recoversFrom }
    },
    factor,
    save: () => ({ slowed, buckets: buckets.map(({ tokens, at }) => ({ tokens, at })) }),
    load(state) {
      slowed = state.slowed
      if (state.buckets.length !== buckets.length) return
      for (const [index, bucket] of buckets.entries()) Object.assign(bucket, state.buckets[index])
    },
  }
}

/** For sums of fractions. */
const tolerance = 1e-9

/** With a burst of b, at most b − 1 calls more than the refill begin in one period. */
function paceOf({ requests, perMs }: RequestRate, factor: number): { readonly burst: number; readonly perMs: number } {
  const allowed = requests * factor
  const burst = Math.max(1, Math.floor(allowed / burstShare))
  return { burst, perMs: (allowed - (burst - 1)) / perMs }
}
