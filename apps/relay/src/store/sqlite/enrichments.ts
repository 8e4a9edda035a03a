import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Database } from 'better-sqlite3'
import { completeFromSubtotal } from '../../enrichment/complete-from-subtotal.ts'
import type { KnownContact } from '../../enrichment/contact.ts'
import type {
  ClaimedEnrichment,
  EnrichmentClaimRequest,
  EnrichmentSettlement,
  EnrichmentStore,
  NextEnrichment,
  SettledEnrichment,
} from '../enrichment-store.ts'
import type { ContactRow } from './connection-contacts.ts'
import { connectionContacts, contactColumns, toContact } from './connection-contacts.ts'
import type { ConnectionHistory } from './connection-history.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { removeEvent } from './erase-events.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import { eventBodies } from './event-bodies.ts'
import { identityArrivals } from './identity-arrivals.ts'
import { memoryValues } from './memory-values.ts'
import { replaceEvent } from './replace-event.ts'
import { giveUpUnreadable } from './unreadable-events.ts'
import { waitingDueAt } from './waiting-due-at.ts'

interface ClaimedRow extends ContactRow {
  readonly event_seq: number
  readonly due_at: number
  readonly since: number
  readonly attempts: number
  readonly event_id: string
  readonly body: string
}

interface WaitingRow {
  readonly event_id: string
  readonly body: string
  readonly order_key: string
  readonly connection_id: string
}

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
  const due = database.prepare<[number, number], ClaimedRow>(
    `SELECT ${columns} FROM ${joined} WHERE n.due_at <= ? ORDER BY n.due_at, n.event_seq LIMIT ?`,
  )
  const expired = database.prepare<[number, number, number], ClaimedRow>(
    `SELECT ${columns} FROM ${joined} WHERE n.expires_at <= ? AND (n.is_leased = 0 OR n.due_at <= ?)
     ORDER BY n.expires_at, n.event_seq LIMIT ?`,
  )
  const lease = database.prepare('UPDATE enrichments SET due_at = ?, is_leased = 1 WHERE event_seq = ?')
  const bodies = eventBodies(database)
  const values = memoryValues(database)
  const giveUp = giveUpUnreadable(database, counts)
  const leaseAll = database.transaction((rows: readonly ClaimedRow[], now: number, until: number) =>
    rows.flatMap((row) => {
      const event = bodies.open(row)
      if (event === undefined) giveUp(row.event_seq, now)
      else lease.run(until, row.event_seq)
      return event === undefined ? [] : toClaimed(row, event, row.asked_at === null ? undefined : toContact(values, row))
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

function toClaimed(row: ClaimedRow, event: SubtotalEvent, contact: KnownContact | undefined): ClaimedEnrichment {
  return {
    id: String(row.event_seq),
    event,
    dueAt: row.due_at,
    waitingSince: row.since,
    attempts: row.attempts,
    contact,
  }
}

function settleEnrichments(
  database: Database,
  counts: DeliveryCounts,
  history: ConnectionHistory,
  guard: ErasureGuard,
): (request: { readonly now: number; readonly settlements: readonly EnrichmentSettlement[] }) => readonly SettledEnrichment[] {
  const contacts = connectionContacts(database)
  const bodies = eventBodies(database)
  const erase = removeEvent(database, counts)
  const find = database.prepare<[number], WaitingRow>(
    'SELECT e.event_id, e.body, e.order_key, e.connection_id FROM enrichments n JOIN events e ON e.seq = n.event_seq WHERE n.event_seq = ?',
  )
  const replace = replaceEvent(database)
  const arrivals = identityArrivals(database)
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

  /** Stores what was found; `false`: it is of a person whose events are dropped, which nobody knew before. */
  function complete(seq: number, row: WaitingRow, { found }: EnrichmentSettlement): boolean {
    if (found.contact === undefined && found.purchase === undefined) return true
    const stored = bodies.open(row)
    if (stored === undefined) return true
    const event = completeFromSubtotal(stored, found, history.customersSince(row.connection_id, row.order_key))
    if (guard.hasBlocks() && guard.drops(event)) return false
    if (found.contact !== undefined && contacts.keep(row.connection_id, found.contact)) arrivals.add(row.connection_id)
    replace(seq, event)
    return true
  }

  function settle(settlement: EnrichmentSettlement, now: number): SettledEnrichment {
    const { id, verdict } = settlement
    const seq = Number(id)
    const row = find.get(seq)
    if (row === undefined) return { id, destinations: [] }
    if (!complete(seq, row, settlement)) {
      erase(seq, now)
      return { id, destinations: [] }
    }
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

  return database.transaction(({ now, settlements }: Parameters<EnrichmentStore['settleEnrichments']>[0]) =>
    settlements.map((settlement) => settle(settlement, now)),
  ).immediate
}
