import type { RangedActivity } from '../activity/read-activity.ts'
import { toIso } from './to-iso.ts'

/** Activity for machines: times as ISO 8601, durations in seconds. */
export function showActivity({ range, steps, received, destinations }: RangedActivity): object {
  return {
    range,
    since: toIso(steps.since),
    until: toIso(steps.until),
    stepSeconds: steps.stepMs / 1_000,
    received: { totals: received.totals, steps: received.steps.map(showStep) },
    destinations: destinations.map(({ destination, totals, latency, steps: found }) => ({
      destination,
      totals,
      latencySeconds: latency === null ? null : { p50: latency.p50Ms / 1_000, p99: latency.p99Ms / 1_000 },
      steps: found.map(showStep),
    })),
  }
}

function showStep({ at, ...counts }: { readonly at: number }): object {
  return { at: toIso(at), ...counts }
}
