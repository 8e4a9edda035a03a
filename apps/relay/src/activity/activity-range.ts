/** The times that activity can be looked at over. */
export const activityRanges = ['1h', '24h', '7d'] as const

/** One of {@link activityRanges}. */
export type ActivityRange = (typeof activityRanges)[number]

/** A range as steps of one length. Times are milliseconds since 1970. */
export interface ActivitySteps {
  readonly stepMs: number
  /** When the first step begins. */
  readonly since: number
  /** When the last one ends: that one is still going on. */
  readonly until: number
}

const minuteMs = 60_000
const lengths: Readonly<Record<ActivityRange, { readonly stepMs: number; readonly steps: number }>> = {
  '1h': { stepMs: minuteMs, steps: 60 },
  '24h': { stepMs: 15 * minuteMs, steps: 96 },
  '7d': { stepMs: 120 * minuteMs, steps: 84 },
}

/** The steps of a range that ends now. They begin at round times, so that a step stays the same while the range moves on. */
export function activitySteps(range: ActivityRange, now: number): ActivitySteps {
  const { stepMs, steps } = lengths[range]
  const until = (Math.floor(now / stepMs) + 1) * stepMs
  return { stepMs, since: until - steps * stepMs, until }
}
