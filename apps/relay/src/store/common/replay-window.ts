import type { ReplayCount, ReplaySelection } from '../operations-store.ts'
import type { DeliveryStatus } from '../records.ts'

/** The ids, of deliveries or events, among which to look: more than `after`, at most `through`. */
export interface ReplayWindow {
  readonly after: number
  readonly through: number
}

/** What to make due in one step. */
export interface ReplayTargets extends ReplayWindow {
  readonly destination: string
  /** Deliveries that this replay or a later one made due are left alone. */
  readonly since: number
  readonly limit: number
}

/** A delivery to make due, or to make: `id` is `null`. */
export interface TargetRow {
  readonly position: number
  readonly id: number | null
  readonly event_seq: number
  readonly status: DeliveryStatus | null
  readonly error_code: string | null
}

/** A count of a survey, as a store reads it. */
export interface ReplayCountRow {
  readonly destination: string
  readonly status: DeliveryStatus | null
  readonly is_unknown: number
  readonly is_superseded: number
  readonly count: number
}

/** So many ids are looked at in one go: a few milliseconds. */
const windowSize = 5_000

/** Where a window that begins after `after` ends. What an index finds, whatever the number of rows, is not divided. */
export function windowEnd({ filter }: ReplaySelection, { after, through }: ReplayWindow): number {
  const isIndexed = ['id', 'event', 'customer', 'purchase', 'connection', 'identified'].some((name) => name in filter)
  return isIndexed ? through : Math.min(through, after + windowSize)
}

/** The states that a selection makes pending. */
export function replayedStatuses({ kind, filter, repeatDelivered }: ReplaySelection): readonly DeliveryStatus[] {
  if (kind === 'deliveries' && filter.status === 'delivered') return ['delivered']
  const statuses: readonly DeliveryStatus[] = repeatDelivered ? ['dead', 'skipped', 'delivered'] : ['dead', 'skipped']
  if (kind === 'events' || filter.status === undefined) return statuses
  return statuses.filter((status) => status === filter.status)
}

/** Whether the event of a target may lack an identifier that is known by now. */
export function mayLackIdentifier({ status, error_code: code }: Pick<TargetRow, 'status' | 'error_code'>): boolean {
  return status === null || (status === 'dead' && code === 'ERR_NO_IDENTIFIER')
}

/** The count of a row. */
export function toReplayCount(row: ReplayCountRow): ReplayCount {
  return {
    destination: row.destination,
    status: row.status ?? 'missing',
    isUnknown: row.is_unknown === 1,
    isSuperseded: row.is_superseded === 1,
    count: row.count,
  }
}
