import type { Database } from 'better-sqlite3'
import type { ClaimedRow } from '../common/claimed-delivery.ts'
import { toClaimed } from '../common/claimed-delivery.ts'
import { eventBodies } from '../common/event-bodies.ts'
import type { ProfileRow } from '../common/profile-order.ts'
import { isProfile, profilesInOrder, supersededReason } from '../common/profile-order.ts'
import type { Claim, ClaimedDelivery, ClaimRequest } from '../store.ts'
import type { CustomerOrder, OrderedRow } from './customer-order.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { sentProfiles } from './sent-profiles.ts'
import { sealerOf } from './store-sealer.ts'
import { giveUpUnreadable } from './unreadable-events.ts'

interface DueRow extends OrderedRow, ProfileRow, ClaimedRow {
  readonly event_seq: number
}

/** What a claim finds due, each in the order in which it was found. */
interface Sorted {
  readonly taken: readonly DueRow[]
  /** Those that wait for another one of their customer. */
  readonly parked: readonly DueRow[]
  /** Profiles that a newer one went before. */
  readonly superseded: readonly DueRow[]
  readonly isFull: boolean
}

/**
 * Leases due deliveries. A leased delivery is due again when its lease ends, so that one index serves both. Leases need no sync:
 * one that a power cut undoes is free again, as the process that held it is gone. An event that cannot be read is given up here, a profile
 * that a newer one went before is skipped, and what must wait for its customer's earlier events is put aside.
 */
export function claimDeliveries(
  database: Database,
  counts: DeliveryCounts,
  order: CustomerOrder,
): (request: ClaimRequest) => Claim {
  const due = database.prepare<[string, number, number], DueRow>(
    `SELECT d.id, d.destination, d.due_at, d.attempts, d.earlier_attempts, d.unknown_outcomes, d.unreadable_answers, d.pending_since,
       d.ordering_group, d.event_seq, e.event_id, e.type, e.connection_id, e.order_key, e.body
     FROM deliveries d JOIN events e ON e.seq = d.event_seq
     WHERE d.destination = ? AND d.status = 'pending' AND d.due_at <= ? ORDER BY d.due_at, d.id LIMIT ?`,
  )
  const bodies = eventBodies(sealerOf(database))
  const giveUp = giveUpUnreadable(database, counts)
  const lease = database.prepare('UPDATE deliveries SET due_at = ?, lease_token = ? WHERE id = ?')
  const nameProfile = database.prepare('UPDATE deliveries SET profile_connection = ?, ordering_key = ? WHERE id = ?')
  const skip = database.prepare(
    `UPDATE deliveries SET status = 'skipped', due_at = ?, settled_at = ?, skip_reason = '${supersededReason}', lease_token = NULL,
     error_code = NULL, error_message = NULL WHERE id = ?`,
  )
  const isSuperseded = sentProfiles(database)

  function sort(rows: Iterable<DueRow>, { limit, maxBytes, now }: ClaimRequest): Sorted {
    const sorted = { taken: Array.of<DueRow>(), parked: Array.of<DueRow>(), superseded: Array.of<DueRow>() }
    let bytes = 0
    let seen = 0
    for (const row of rows) {
      seen += 1
      if (!order.isNext(row, now)) sorted.parked.push(row)
      else if (isProfile(row.type) && isSuperseded(row)) sorted.superseded.push(row)
      else {
        bytes += row.body.length
        if (sorted.taken.length === limit || (sorted.taken.length > 0 && bytes > maxBytes)) return { ...sorted, isFull: true }
        sorted.taken.push(row)
      }
    }
    return { ...sorted, isFull: seen > limit }
  }

  function take(row: DueRow, { now, leaseUntil, leaseToken }: ClaimRequest): ClaimedDelivery | undefined {
    const claimed = toClaimed(row, bodies)
    if (claimed === undefined) giveUp(row.event_seq, now)
    else {
      lease.run(leaseUntil, leaseToken, row.id)
      if (isProfile(row.type)) nameProfile.run(row.connection_id, row.order_key, row.id)
    }
    return claimed
  }

  function supersede(row: DueRow, now: number): ClaimedDelivery | undefined {
    const claimed = toClaimed(row, bodies)
    skip.run(now, now, row.id)
    nameProfile.run(row.connection_id, row.order_key, row.id)
    return claimed
  }

  const claim = database.transaction((request: ClaimRequest): Claim => {
    const rows = sort(due.iterate(request.destination, request.now, request.limit + 1), request)
    const deliveries = profilesInOrder(rows.taken).flatMap((row) => take(row, request) ?? [])
    for (const { id } of rows.parked) order.park(id)
    const superseded = rows.superseded.flatMap((row) => supersede(row, request.now) ?? [])
    counts.add(request.destination, 'pending', -rows.superseded.length)
    counts.add(request.destination, 'skipped', rows.superseded.length)
    // What ends here, or gives its lease back, may have kept something waiting that is due.
    const hasWoken = deliveries.length < rows.taken.length || rows.superseded.length > 0 || rows.parked.length > 0
    return { deliveries, superseded, isFull: rows.isFull || hasWoken }
  }).immediate

  return (request) => {
    database.pragma('synchronous = NORMAL')
    try {
      if (order.arrange(request.destination)) return { deliveries: [], superseded: [], isFull: true }
      return claim(request)
    } finally {
      database.pragma('synchronous = FULL')
    }
  }
}
