import type { StoreStats } from '../store/store.ts'
import type { LaneStatus } from './lane-status.ts'
import { notConfiguredCode } from './lane-status.ts'

/**
 * The destinations that have deliveries waiting and no lane, because they were removed, renamed or switched off: what waits is kept
 * until they are back or an operator ends it. `since`: when the relay started without them.
 */
export function unconfiguredLanes(stats: StoreStats, configured: readonly string[], since: number): readonly LaneStatus[] {
  return stats.destinations
    .filter(({ destination, counts }) => counts.pending > 0 && !configured.includes(destination))
    .map(({ destination }) => ({
      destination,
      state: 'paused',
      reason: notConfiguredCode,
      code: notConfiguredCode,
      since,
      until: null,
      rateFactor: 1,
    }))
}
