import type { Database } from 'better-sqlite3'
import { activityTally } from '../common/activity-tally.ts'
import { settledDelivery, verdictActivity } from '../common/settled-delivery.ts'
import type { AttemptFailure, DeliveryStatus } from '../records.ts'
import type { Settlement, SettleRequest } from '../store.ts'
import type { DeliveryCounts } from './delivery-counts.ts'

interface LeasedRow {
  readonly destination: string
  readonly attempts: number
  readonly pending_since: number
}

/** Records verdicts on deliveries whose lease is still held with the token. */
export function settleDeliveries(
  database: Database,
  counts: DeliveryCounts,
): (request: SettleRequest) => { readonly stale: number } {
  const find = database.prepare<[string, string], LeasedRow>(
    "SELECT destination, attempts, pending_since FROM deliveries WHERE id = ? AND lease_token = ? AND status = 'pending'",
  )
  const update = database.prepare(
    `UPDATE deliveries SET status = ?, due_at = ?, attempts = ?, unknown_outcomes = unknown_outcomes + ?,
     unreadable_answers = unreadable_answers + ?, settled_at = ?, skip_reason = ?, error_code = ?, error_message = ?, lease_token = NULL
     WHERE id = ?`,
  )
  const insertAttempt = database.prepare(
    'INSERT INTO attempts (delivery_id, number, at, outcome, code, message, status) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )

  function record(deliveryId: string, number: number, at: number, failure: AttemptFailure): void {
    insertAttempt.run(deliveryId, number, at, failure.outcome, failure.code, failure.message, failure.status)
  }

  function settle({ deliveryId, verdict }: Settlement, leaseToken: string, now: number): LeasedRow | undefined {
    const row = find.get(deliveryId, leaseToken)
    if (row === undefined) return undefined
    const change = settledDelivery(verdict, row.attempts, now)
    if (verdict.status === 'retry' || verdict.status === 'dead') record(deliveryId, change.attempts, now, verdict.failure)
    update.run(
      change.status,
      change.dueAt,
      change.attempts,
      change.unknown ?? 0,
      change.unreadable ?? 0,
      change.settledAt ?? null,
      change.reason ?? null,
      change.code ?? null,
      change.message ?? null,
      deliveryId,
    )
    return row
  }

  return database.transaction(({ settlements, leaseToken, now }: SettleRequest) => {
    let stale = 0
    const tally = new Map<string, Map<DeliveryStatus, number>>()
    const activity = activityTally()
    for (const settlement of settlements) {
      const row = settle(settlement, leaseToken, now)
      if (row === undefined) {
        stale += 1
        continue
      }
      if (isFinal(settlement)) addTo(tally, row.destination, settlement.verdict.status)
      const kind = verdictActivity(settlement.verdict)
      if (kind !== undefined) activity.add(row.destination, kind, now - row.pending_since)
    }
    for (const [destination, statuses] of tally) {
      for (const [status, count] of statuses) {
        counts.add(destination, 'pending', -count)
        counts.add(destination, status, count)
      }
    }
    counts.activity.settled(now, activity)
    return { stale }
  }).immediate
}

type FinalSettlement = Settlement & { readonly verdict: { readonly status: Exclude<DeliveryStatus, 'pending'> } }

function isFinal(settlement: Settlement): settlement is FinalSettlement {
  return settlement.verdict.status !== 'retry' && settlement.verdict.status !== 'held'
}

function addTo(tally: Map<string, Map<DeliveryStatus, number>>, destination: string, status: DeliveryStatus): void {
  const statuses = tally.get(destination) ?? new Map<DeliveryStatus, number>()
  tally.set(destination, statuses.set(status, (statuses.get(status) ?? 0) + 1))
}
