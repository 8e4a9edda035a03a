import type { RangedActivity } from '../../activity/read-activity.ts'
import type { DestinationActivity } from '../../activity/summarise-activity.ts'
import type { LaneStatus } from '../../delivery/lane-status.ts'
import type { DestinationCounts, StoreStats } from '../../store/store.ts'

/** What the overview is made of. */
export interface OverviewData {
  readonly now: number
  readonly stats: StoreStats
  readonly lanes: readonly LaneStatus[]
  readonly activity: RangedActivity
  /** Where Subtotal is to send webhooks, as far as this request tells. */
  readonly webhookUrl: string
}

/** All that is known of one destination. */
export interface DestinationView {
  readonly destination: string
  /** `undefined`: it is not configured any more. */
  readonly lane: LaneStatus | undefined
  readonly counts: DestinationCounts['counts']
  /** When the first of what waits is due; `null`: nothing is. */
  readonly nextDueAt: number | null
  readonly activity: DestinationActivity | undefined
}

const noCounts: DestinationCounts['counts'] = { pending: 0, delivered: 0, skipped: 0, dead: 0 }

/** The destinations: those configured first, then those of which something is stored. */
export function destinationViews({ stats, lanes, activity }: OverviewData): readonly DestinationView[] {
  const names = new Set([...lanes.map((lane) => lane.destination), ...stats.destinations.map((one) => one.destination)])
  return [...names].map((destination) => {
    const found = stats.destinations.find((one) => one.destination === destination)
    return {
      destination,
      lane: lanes.find((lane) => lane.destination === destination),
      counts: found?.counts ?? noCounts,
      nextDueAt: found?.nextDueAt ?? null,
      activity: activity.destinations.find((one) => one.destination === destination),
    }
  })
}
