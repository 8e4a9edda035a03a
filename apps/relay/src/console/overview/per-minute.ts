import type { ActivitySteps } from '../../activity/activity-range.ts'

const minuteMs = 60_000

/** What happened in one step, as a rate. */
export function perMinute(value: number, { stepMs }: ActivitySteps): number {
  return (value * minuteMs) / stepMs
}
