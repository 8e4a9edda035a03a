/** When and how long deliveries are tried again. Times in milliseconds. */
export interface RetryPolicy {
  /** Before the first retry; each further one waits {@link factor} times longer. */
  readonly firstDelayMs: number
  readonly factor: number
  readonly maxDelayMs: number
  /** Waits to use instead of the three above; the last one repeats. */
  readonly schedule?: readonly number[]
  /** A failed attempt after this time makes a dead letter. */
  readonly maxAgeMs: number
  /** How long a destination is left alone that asks for it without saying how long. */
  readonly defaultPauseMs: number
  /** The least time it is left alone, also when it asks for none: `Retry-After: 0`, or a date in the past. */
  readonly minPauseMs: number
  /** How often an unknown outcome is retried. */
  readonly maxUnknownOutcomes: number
  /** How often an unreadable answer is retried. */
  readonly maxUnreadableAnswers: number
}

/** About 5 s, 15 s, 45 s, 2 min, 7 min, 20 min, then hourly, for 72 hours. */
export const defaultRetryPolicy: RetryPolicy = {
  firstDelayMs: 5_000,
  factor: 3,
  maxDelayMs: 3_600_000,
  maxAgeMs: 72 * 3_600_000,
  defaultPauseMs: 60_000,
  minPauseMs: 1_000,
  maxUnknownOutcomes: Number.POSITIVE_INFINITY,
  maxUnreadableAnswers: 1,
}

/**
 * How long to wait after the `failures`th failed attempt (1 is the first): `min(1 h, 5 s × 3^(failures − 1))`, shortened by up to
 * half at random so that many deliveries do not return at once.
 */
export function backoffMs(failures: number, policy: RetryPolicy, random: () => number): number {
  const { schedule = [] } = policy
  const step = Math.min(policy.maxDelayMs, policy.firstDelayMs * policy.factor ** (failures - 1))
  const longest = schedule[Math.min(failures, schedule.length) - 1] ?? step
  return longest * (0.5 + random() / 2)
}

const longestWaitMs = 3_600_000

/** A destination's wish, an hour at most, lengthened by up to a tenth at random. What is no number is taken for the longest. */
export function waitMs(retryAfterMs: number, random: () => number): number {
  const asked = Number.isNaN(retryAfterMs) ? longestWaitMs : Math.min(Math.max(0, retryAfterMs), longestWaitMs)
  return asked * (1 + random() / 10)
}
