import type { ActivityKind, DeliveryActivityKind } from '../../activity/activity-kind.ts'
import { latencyClass } from '../../activity/latency.ts'

const minuteMs = 60_000
const hourMs = 3_600_000

/** The lengths of the steps in which it is counted what happens. */
export const activityStepsMs: readonly number[] = [minuteMs, hourMs]

/** How long steps of a length are kept: a day of minutes, and a week of hours; with room for the step under way. */
export function keptActivityMs(stepMs: number): number {
  return stepMs === minuteMs ? 25 * hourMs : 170 * hourMs
}

/** The length of the longest steps of which steps of `stepMs` are whole numbers. */
export function countedStepMs(stepMs: number): number {
  return stepMs % hourMs === 0 ? hourMs : minuteMs
}

/** How often something happened. */
export interface ActivityEntry {
  /** Empty: of receiving. */
  readonly destination: string
  readonly kind: ActivityKind
  /** The class of the latency, of what was delivered; else 0. */
  readonly latency: number
  readonly count: number
}

/** Collects what becomes of deliveries, so that those of one kind are one write. */
export interface ActivityTally {
  /** `latencyMs`: since it became pending; kept of what was delivered. */
  add(destination: string, kind: DeliveryActivityKind, latencyMs: number): void
  entries(): readonly ActivityEntry[]
}

/** A tally of nothing. */
export function activityTally(): ActivityTally {
  const counts = new Map<string, Map<DeliveryActivityKind, Map<number, number>>>()
  return {
    add(destination, kind, latencyMs) {
      const latency = kind === 'delivered' ? latencyClass(latencyMs) : 0
      const kinds = counts.get(destination) ?? new Map<DeliveryActivityKind, Map<number, number>>()
      const latencies = kinds.get(kind) ?? new Map<number, number>()
      counts.set(destination, kinds.set(kind, latencies.set(latency, (latencies.get(latency) ?? 0) + 1)))
    },
    entries: () =>
      [...counts].flatMap(([destination, kinds]) =>
        [...kinds].flatMap(([kind, latencies]) =>
          [...latencies].map(([latency, count]) => ({ destination, kind, latency, count })),
        ),
      ),
  }
}
