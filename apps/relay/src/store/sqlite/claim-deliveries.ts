import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Database } from 'better-sqlite3'
import type { Claim, ClaimedDelivery, ClaimRequest } from '../store.ts'

interface DueRow {
  readonly id: number
  readonly due_at: number
  readonly attempts: number
  readonly earlier_attempts: number
  readonly unknown_outcomes: number
  readonly unreadable_answers: number
  readonly pending_since: number
  readonly body: string
}

/**
 * Leases due deliveries. A leased delivery is due again when its lease ends, so that one index serves both. Leases need no sync:
 * one that a power cut undoes is free again, as the process that held it is gone.
 */
export function claimDeliveries(database: Database): (request: ClaimRequest) => Claim {
  const due = database.prepare<[string, number, number], DueRow>(
    `SELECT d.id, d.due_at, d.attempts, d.earlier_attempts, d.unknown_outcomes, d.unreadable_answers, d.pending_since, e.body
     FROM deliveries d JOIN events e ON e.seq = d.event_seq
     WHERE d.destination = ? AND d.status = 'pending' AND d.due_at <= ? ORDER BY d.due_at, d.id LIMIT ?`,
  )
  const lease = database.prepare('UPDATE deliveries SET due_at = ?, lease_token = ? WHERE id = ?')

  const claim = database.transaction((request: ClaimRequest): Claim => {
    const rows = takeWithin(due.iterate(request.destination, request.now, request.limit + 1), request)
    for (const row of rows.taken) lease.run(request.leaseUntil, request.leaseToken, row.id)
    return { deliveries: rows.taken.map(toClaimed), isFull: rows.isFull }
  }).immediate

  return (request) => {
    database.pragma('synchronous = NORMAL')
    try {
      return claim(request)
    } finally {
      database.pragma('synchronous = FULL')
    }
  }
}

function takeWithin(rows: Iterable<DueRow>, { limit, maxBytes }: ClaimRequest): { taken: readonly DueRow[]; isFull: boolean } {
  const taken: DueRow[] = []
  let bytes = 0
  for (const row of rows) {
    bytes += row.body.length
    if (taken.length === limit || (taken.length > 0 && bytes > maxBytes)) return { taken, isFull: true }
    taken.push(row)
  }
  return { taken, isFull: false }
}

function toClaimed(row: DueRow): ClaimedDelivery {
  const event: SubtotalEvent = JSON.parse(row.body)
  return {
    id: String(row.id),
    dueAt: row.due_at,
    attempts: row.attempts,
    earlierAttempts: row.earlier_attempts,
    unknownOutcomes: row.unknown_outcomes,
    unreadableAnswers: row.unreadable_answers,
    pendingSince: row.pending_since,
    event,
  }
}
