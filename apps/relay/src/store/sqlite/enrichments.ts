import type { Database } from 'better-sqlite3'
import type { ClaimedEnrichmentRow } from '../common/claimed-enrichment.ts'
import { toClaimedEnrichment } from '../common/claimed-enrichment.ts'
import type { WaitingRow } from '../common/complete-waiting.ts'
import { completeWaiting } from '../common/complete-waiting.ts'
import { contactColumns } from '../common/connection-contacts.ts'
import type { ConnectionHistory } from '../common/connection-history.ts'
import { eventBodies } from '../common/event-bodies.ts'
import { memoryValues } from '../common/memory-values.ts'
import { waitingDueAt } from '../common/waiting-due-at.ts'
import type {
  ClaimedEnrichment,
  EnrichmentClaimRequest,
  EnrichmentSettlement,
  EnrichmentStore,
  NextEnrichment,
  SettledEnrichment,
} from '../enrichment-store.ts'
import { connectionContacts } from './connection-contacts.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { removeEvent } from './erase-events.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import { identityArrivals } from './identity-arrivals.ts'
import { replaceEvent } from './replace-event.ts'
import { sealerOf } from './store-sealer.ts'
import { giveUpUnreadable } from './unreadable-events.ts'

/** The process has every lease itself. */
type SettleRequest = Omit<Parameters<EnrichmentStore['settleEnrichments']>[0], 'leaseToken'>

/** The events that wait, on one SQLite file. `withReserve`: see `spaceGuard`. */
export function sqliteEnrichments(
  database: Database,
  counts: DeliveryCounts,
  history: ConnectionHistory,
  guard: ErasureGuard,
  withReserve: <Result>(action: () => Result) => Result,
): EnrichmentStore {
  const claim = claimEnrichments(database, counts)
  const settle = settleEnrichments(database, counts, history, guard)
  const dueAt = database.prepare<[], number | null>('SELECT min(due_at) FROM enrichments').pluck()
  const endsAt = database.prepare<[], number | null>('SELECT min(expires_at) FROM enrichments').pluck()

  function next(): NextEnrichment | null {
    const due = dueAt.get() ?? null
    const expires = endsAt.get() ?? null
    return due === null || expires === null ? null : { dueAt: due, expiresAt: expires }
  }

  return {
    claimEnrichments: async (request) => withReserve(() => claim(request)),
    settleEnrichments: async (request) => withReserve(() => settle(request)),
    nextEnrichment: async () => next(),
  }
}

/** The lock on the store proves that whoever held a lease is gone. */
export function freeEnrichmentLeases(database: Database, now: number): void {
  database.prepare('UPDATE enrichments SET due_at = ?, is_leased = 0 WHERE is_leased = 1').run(now)
}

function claimEnrichments(
  database: Database,
  counts: DeliveryCounts,
): (request: EnrichmentClaimRequest) => readonly ClaimedEnrichment[] {
  const columns = `n.event_seq, n.due_at, n.since, n.attempts, e.event_id, e.body, ${contactColumns}`
  const joined = `enrichments n JOIN events e ON e.seq = n.event_seq
    LEFT JOIN connection_contacts c ON c.connection_id = e.connection_id`
  const due = database.prepare<[number, number], ClaimedEnrichmentRow>(
    `SELECT ${columns} FROM ${joined} WHERE n.due_at <= ? ORDER BY n.due_at, n.event_seq LIMIT ?`,
  )
  const expired = database.prepare<[number, number, number], ClaimedEnrichmentRow>(
    `SELECT ${columns} FROM ${joined} WHERE n.expires_at <= ? AND (n.is_leased = 0 OR n.due_at <= ?)
     ORDER BY n.expires_at, n.event_seq LIMIT ?`,
  )
  const lease = database.prepare('UPDATE enrichments SET due_at = ?, is_leased = 1 WHERE event_seq = ?')
  const bodies = eventBodies(sealerOf(database))
  const values = memoryValues(sealerOf(database))
  const giveUp = giveUpUnreadable(database, counts)
  const leaseAll = database.transaction((rows: readonly ClaimedEnrichmentRow[], now: number, until: number) =>
    rows.flatMap((row) => {
      const event = bodies.open(row)
      if (event === undefined) giveUp(row.event_seq, now)
      else lease.run(until, row.event_seq)
      return event === undefined ? [] : toClaimedEnrichment(values, row, event)
    }),
  ).immediate

  return ({ now, limit, leaseUntil, onlyExpired }) => {
    const rows = onlyExpired ? expired.all(now, now, limit) : due.all(now, limit)
    if (rows.length === 0) return []
    // A lease that a power cut undoes is free again, as the process that held it is gone.
    database.pragma('synchronous = NORMAL')
    try {
      return leaseAll(rows, now, leaseUntil)
    } finally {
      database.pragma('synchronous = FULL')
    }
  }
}

function settleEnrichments(
  database: Database,
  counts: DeliveryCounts,
  history: ConnectionHistory,
  guard: ErasureGuard,
): (request: SettleRequest) => readonly SettledEnrichment[] {
  const parts = {
    bodies: eventBodies(sealerOf(database)),
    history,
    contacts: connectionContacts(database),
    arrivals: identityArrivals(database),
    guard,
  }
  const erase = removeEvent(database, counts)
  const find = database.prepare<[number], WaitingRow>(
    'SELECT e.event_id, e.body, e.order_key, e.connection_id FROM enrichments n JOIN events e ON e.seq = n.event_seq WHERE n.event_seq = ?',
  )
  const replace = replaceEvent(database)
  const putBack = database.prepare(
    `UPDATE enrichments SET due_at = ?, expires_at = ?, is_leased = 0, attempts = attempts + ?, error_code = ?, error_message = ?
     WHERE event_seq = ?`,
  )
  const remove = database.prepare('DELETE FROM enrichments WHERE event_seq = ?')
  const markIncomplete = database.prepare('UPDATE events SET is_incomplete = 1 WHERE seq = ?')
  const waiting = `event_seq = ? AND status = 'pending' AND due_at = ${waitingDueAt}`
  const makeDue = database
    .prepare<[number, number, number], string>(
      `UPDATE deliveries SET due_at = ?, pending_since = ? WHERE ${waiting} RETURNING destination`,
    )
    .pluck()
  const makeDead = database
    .prepare<[number, number, string, string, number], string>(
      `UPDATE deliveries SET status = 'dead', due_at = ?, settled_at = ?, error_code = ?, error_message = ?
       WHERE ${waiting} RETURNING destination`,
    )
    .pluck()

  function settle(settlement: EnrichmentSettlement, now: number): SettledEnrichment {
    const { id, verdict } = settlement
    const seq = Number(id)
    const row = find.get(seq)
    if (row === undefined) return { id, destinations: [] }
    const completed = completeWaiting(parts, row, settlement.found)
    if (completed === 'dropped') {
      erase(seq, now)
      return { id, destinations: [] }
    }
    if (completed !== undefined) replace(seq, completed)
    if (verdict.status === 'retry') {
      const { dueAt, expiresAt, isAttempt, error } = verdict
      putBack.run(dueAt, expiresAt, isAttempt ? 1 : 0, error?.code ?? null, error?.message ?? null, seq)
      return { id, destinations: [] }
    }
    remove.run(seq)
    counts.count('enrichments', -1)
    if (verdict.status === 'done') return { id, destinations: makeDue.all(now, now, seq) }
    markIncomplete.run(seq)
    const destinations = makeDead.all(now, now, verdict.code, verdict.message, seq)
    for (const destination of destinations) {
      counts.add(destination, 'pending', -1)
      counts.add(destination, 'dead', 1)
      counts.activity.died(destination, now)
    }
    return { id, destinations }
  }

  return database.transaction(({ now, settlements }: SettleRequest) => settlements.map((settlement) => settle(settlement, now)))
    .immediate
}
