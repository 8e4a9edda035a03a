import type { LaneStatus } from '../delivery/lane-status.ts'
import type { EnrichmentStatus } from '../enrichment/enrichment-status.ts'
import type { DeadLetterCount } from '../store/operations-store.ts'
import type { StoreStats } from '../store/store.ts'
import { toIso } from './to-iso.ts'

const noCounts = { pending: 0, delivered: 0, skipped: 0, dead: 0 }

/** Counts and lanes for people. A destination that is no longer configured has no lane, unless deliveries wait for it. */
export function toStatus(
  stats: StoreStats,
  lanes: readonly LaneStatus[],
  now: number,
  deadLetters: readonly DeadLetterCount[],
  enrichment: EnrichmentStatus,
): object {
  const names = new Set([...lanes.map((lane) => lane.destination), ...stats.destinations.map((one) => one.destination)])
  const destinations = [...names].map((destination) => {
    const found = stats.destinations.find((one) => one.destination === destination)
    const nextDueAt = found?.nextDueAt ?? null
    return {
      destination,
      ...(found?.counts ?? noCounts),
      deadByCode: Object.fromEntries(
        deadLetters.filter((one) => one.destination === destination).map(({ code, count }) => [code, count]),
      ),
      oldestDueSeconds: nextDueAt === null ? 0 : Math.max(0, (now - nextDueAt) / 1000),
      lane: showLane(lanes.find((lane) => lane.destination === destination)),
    }
  })
  const { events, versions, quarantined, enrichments, heldBackMs, missingKeys } = stats
  const { since, until, ...status } = enrichment
  return {
    events,
    versions,
    quarantined,
    heldBackSeconds: heldBackMs === null ? null : heldBackMs / 1000,
    missingKeys,
    enrichment: {
      waiting: enrichments.waiting,
      oldestSince: toIso(enrichments.oldestSince),
      ...status,
      since: toIso(since),
      until: toIso(until),
    },
    destinations,
  }
}

function showLane(lane: LaneStatus | undefined): object | null {
  if (lane === undefined) return null
  const { state, reason, code, since, until, rateFactor } = lane
  return { state, reason, code, since: toIso(since), until: toIso(until), rateFactor }
}
