import type { Database } from 'better-sqlite3'
import type { DeliveryActivityKind } from '../../activity/activity-kind.ts'
import type { AttemptFailure, DeliveryStatus } from '../records.ts'
import type { Settlement, SettleRequest } from '../store.ts'
import type { DeliveryCounts } from './delivery-counts.ts'

interface LeasedRow {
  readonly destination: string
  readonly attempts: number
  readonly pending_since: number
}

interface Change {
  readonly status: DeliveryStatus
  readonly dueAt: number
  readonly attempts: number
  readonly unknown?: number
  readonly unreadable?: number
  readonly settledAt?: number
  readonly reason?: string
  readonly code?: string | null
  readonly message?: string | null
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
    const change = toChange({ deliveryId, verdict }, row.attempts, now)
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
    const activity = counts.activity.tally(now)
    for (const settlement of settlements) {
      const row = settle(settlement, leaseToken, now)
      if (row === undefined) {
        stale += 1
        continue
      }
      if (isFinal(settlement)) addTo(tally, row.destination, settlement.verdict.status)
      const kind = toActivityKind(settlement)
      if (kind !== undefined) activity.add(row.destination, kind, now - row.pending_since)
    }
    for (const [destination, statuses] of tally) {
      for (const [status, count] of statuses) {
        counts.add(destination, 'pending', -count)
        counts.add(destination, status, count)
      }
    }
    activity.write()
    return { stale }
  }).immediate
}

/** `undefined`: nothing happened to it. */
function toActivityKind({ verdict }: Settlement): DeliveryActivityKind | undefined {
  if (verdict.status === 'held') return undefined
  return verdict.status === 'retry' ? 'retried' : verdict.status
}

type FinalSettlement = Settlement & { readonly verdict: { readonly status: Exclude<DeliveryStatus, 'pending'> } }

function isFinal(settlement: Settlement): settlement is FinalSettlement {
  return settlement.verdict.status !== 'retry' && settlement.verdict.status !== 'held'
}

function addTo(tally: Map<string, Map<DeliveryStatus, number>>, destination: string, status: DeliveryStatus): void {
  const statuses = tally.get(destination) ?? new Map<DeliveryStatus, number>()
  tally.set(destination, statuses.set(status, (statuses.get(status) ?? 0) + 1))
}

function toChange({ verdict }: Settlement, attempts: number, now: number): Change {
  const settled = { dueAt: now, settledAt: now }
  switch (verdict.status) {
    case 'delivered':
      return { status: 'delivered', attempts: attempts + 1, ...settled }
    case 'skipped':
      return { status: 'skipped', attempts, reason: verdict.reason, ...settled }
    case 'dead':
      return {
        status: 'dead',
        attempts: attempts + 1,
        unknown: verdict.code === 'ERR_OUTCOME_UNKNOWN' ? 1 : 0,
        code: verdict.code,
        message: verdict.message,
        ...settled,
      }
    case 'held':
      return { status: 'pending', attempts, dueAt: verdict.dueAt, code: verdict.code, message: verdict.message }
    case 'retry':
      return {
        status: 'pending',
        attempts: attempts + 1,
        dueAt: verdict.dueAt,
        unknown: verdict.isUnknown ? 1 : 0,
        unreadable: verdict.isUnreadable ? 1 : 0,
        code: verdict.failure.code,
        message: verdict.failure.message,
      }
  }
}
