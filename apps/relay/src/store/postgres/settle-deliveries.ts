import type { ActivityTally } from '../common/activity-tally.ts'
import { activityTally } from '../common/activity-tally.ts'
import type { SettledDelivery } from '../common/settled-delivery.ts'
import { settledDelivery, verdictActivity } from '../common/settled-delivery.ts'
import type { AttemptFailure } from '../records.ts'
import type { Settlement, SettleRequest } from '../store.ts'
import { countActivity } from './activity-log.ts'
import { lockOrderOf } from './customer-order.ts'
import { rowId } from './row-id.ts'
import type { SqlSession } from './sql-session.ts'
import { isStillPending } from './still-pending.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

interface LeasedRow {
  readonly id: number
  readonly destination: string
  readonly attempts: number
  readonly pending_since: number
}

/** A delivery with what becomes of it. */
interface Settled {
  readonly row: LeasedRow
  readonly settlement: Settlement
  readonly change: SettledDelivery
}

/**
 * Records verdicts on deliveries whose lease is still held with the token. A lane that does not learn that they were recorded tries again:
 * then no lease has the token any more, and nothing is counted twice.
 */
export function settleDeliveries({
  database,
  timeFor,
}: StoreContext): (request: SettleRequest) => Promise<{ readonly stale: number }> {
  return (request) =>
    database.transaction(
      async (session) => {
        const { settlements, now, dueClock = now } = request
        const settled = toSettled(settlements, await leasedRows(session, request), now)
        update(session, settled, dueClock, timeFor(dueClock))
        insertAttempts(session, settled, now)
        countActivity(
          session,
          tallyOf(settled, now)
            .entries()
            .map((entry) => ({ ...entry, at: now })),
        )
        return { stale: settlements.length - settled.length }
      },
      { looksUpRows: true },
    )
}

/** Locks those that are still held with the token, in the order of their ids, as all do who lock several. */
async function leasedRows(session: SqlSession, { settlements, leaseToken }: SettleRequest): Promise<readonly LeasedRow[]> {
  const ids = settlements.flatMap(({ deliveryId }) => rowId(deliveryId) ?? [])
  const [, rows] = await Promise.all([
    lockOrderOf(session, ids),
    session.rows<LeasedRow>(
      `SELECT id, destination, attempts, pending_since FROM relay.deliveries d
       WHERE id = ANY ($1::bigint[]) AND lease_token = $2 AND ${isStillPending('d')} ORDER BY id FOR UPDATE`,
      ids,
      leaseToken,
    ),
  ])
  return rows
}

/** The first verdict on each of the rows. */
function toSettled(settlements: readonly Settlement[], rows: readonly LeasedRow[], now: number): readonly Settled[] {
  const verdicts = new Map(settlements.toReversed().map((settlement) => [rowId(settlement.deliveryId), settlement]))
  return rows.flatMap((row) => {
    const settlement = verdicts.get(row.id)
    return settlement === undefined ? [] : { row, settlement, change: settledDelivery(settlement.verdict, row.attempts, now) }
  })
}

function tallyOf(settled: readonly Settled[], now: number): ActivityTally {
  const tally = activityTally()
  for (const { row, settlement } of settled) {
    const kind = verdictActivity(settlement.verdict)
    if (kind !== undefined) tally.add(row.destination, kind, now - row.pending_since)
  }
  return tally
}

function update(session: TransactionSession, settled: readonly Settled[], dueClock: number, time: number | null): void {
  if (settled.length === 0) return
  const changes = settled.map(({ change }) => change)
  session.write(
    `UPDATE relay.deliveries d SET status = v.status, due_at = relay.now_ms($11) + v.due_in, attempts = v.attempts,
       unknown_outcomes = d.unknown_outcomes + v.unknown, unreadable_answers = d.unreadable_answers + v.unreadable,
       settled_at = v.settled_at, skip_reason = v.skip_reason, error_code = v.code, error_message = v.message, lease_token = NULL
     FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::int[], $5::int[], $6::int[], $7::bigint[], $8::text[], $9::text[], $10::text[])
       AS v(id, status, due_in, attempts, unknown, unreadable, settled_at, skip_reason, code, message)
     WHERE d.id = v.id`,
    settled.map(({ row }) => row.id),
    changes.map((change) => change.status),
    changes.map((change) => (change.status === 'pending' ? change.dueAt - dueClock : 0)),
    changes.map((change) => change.attempts),
    changes.map((change) => change.unknown ?? 0),
    changes.map((change) => change.unreadable ?? 0),
    changes.map((change) => change.settledAt ?? null),
    changes.map((change) => change.reason ?? null),
    changes.map((change) => change.code ?? null),
    changes.map((change) => change.message ?? null),
    time,
  )
}

function insertAttempts(session: TransactionSession, settled: readonly Settled[], now: number): void {
  const failed = settled.flatMap(({ row, settlement, change }) => {
    const failure = failureOf(settlement)
    return failure === undefined ? [] : { id: row.id, number: change.attempts, failure }
  })
  if (failed.length === 0) return
  session.write(
    `INSERT INTO relay.attempts (delivery_id, number, at, outcome, code, message, status)
     SELECT v.id, v.number, $7::bigint, v.outcome, v.code, v.message, v.status
     FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::int[])
       AS v(id, number, outcome, code, message, status)`,
    failed.map(({ id }) => id),
    failed.map(({ number }) => number),
    failed.map(({ failure }) => failure.outcome),
    failed.map(({ failure }) => failure.code),
    failed.map(({ failure }) => failure.message),
    failed.map(({ failure }) => failure.status),
    now,
  )
}

function failureOf({ verdict }: Settlement): AttemptFailure | undefined {
  return verdict.status === 'retry' || verdict.status === 'dead' ? verdict.failure : undefined
}
