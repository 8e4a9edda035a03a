import type { LaneStatus } from '../delivery/lane-status.ts'
import type { StoreStats } from '../store/store.ts'
import { toIso } from './to-iso.ts'

const noCounts = { pending: 0, delivered: 0, skipped: 0, dead: 0 }

/** Counts and lanes for people. A destination that is no longer configured has no lane. */
export function toStatus(stats: StoreStats, lanes: readonly LaneStatus[], now: number): object {
  const names = new Set([...lanes.map((lane) => lane.destination), ...stats.destinations.map((one) => one.destination)])
  const destinations = [...names].map((destination) => {
    const found = stats.destinations.find((one) => one.destination === destination)
    const nextDueAt = found?.nextDueAt ?? null
    return {
      destination,
      ...(found?.counts ?? noCounts),
      oldestDueSeconds: nextDueAt === null ? 0 : Math.max(0, (now - nextDueAt) / 1000),
      lane: showLane(lanes.find((lane) => lane.destination === destination)),
    }
  })
  return { events: stats.events, versions: stats.versions, quarantined: stats.quarantined, destinations }
}

function showLane(lane: LaneStatus | undefined): object | null {
  if (lane === undefined) return null
  return { state: lane.state, reason: lane.reason, since: toIso(lane.since), until: toIso(lane.until) }
}
