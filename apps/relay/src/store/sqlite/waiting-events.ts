import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Database } from 'better-sqlite3'
import { completeFromSubtotal } from '../../enrichment/complete-from-subtotal.ts'
import { isFresh } from '../../enrichment/contact.ts'
import { expiresAt } from '../../enrichment/decide-enrichment.ts'
import type { EnrichmentSettings } from '../../enrichment/enrichment-settings.ts'
import { isBare, missingParts } from '../../enrichment/missing-parts.ts'
import { connectionContacts } from './connection-contacts.ts'
import type { ConnectionHistory } from './connection-history.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { eventBodies } from './event-bodies.ts'
import { waitingDueAt } from './waiting-due-at.ts'

interface WaitingRow {
  readonly is_incomplete: number
  readonly waits: number
  readonly event_id: string
  readonly body: string
}

/** Which events wait to be completed. Called inside the caller's transaction. */
export interface WaitingEvents {
  /** A new event with what Subtotal said of its connection lately, and whether it has to wait for more. */
  judge(event: SubtotalEvent, orderKey: string, now: number): { readonly event: SubtotalEvent; readonly mustWait: boolean }
  /** Lets an event wait since then. */
  add(seq: number | bigint, event: SubtotalEvent, since: number): void
  /** When a delivery of a stored event is due that is made due now. One that could not be completed before begins to wait again. */
  dueAt(seq: number, now: number): number
}

/** Prepares the statements. Without `settings` no event waits. */
export function waitingEvents(
  database: Database,
  counts: DeliveryCounts,
  history: ConnectionHistory,
  settings: EnrichmentSettings | undefined,
): WaitingEvents {
  const contacts = connectionContacts(database)
  const bodies = eventBodies(database)
  const insert = database.prepare('INSERT INTO enrichments (event_seq, since, due_at, expires_at) VALUES (?, ?, ?, ?)')
  const find = database.prepare<[number], WaitingRow>(
    `SELECT is_incomplete, event_id, body, EXISTS (SELECT 1 FROM enrichments n WHERE n.event_seq = e.seq) AS waits FROM events e WHERE e.seq = ?`,
  )
  const tryAgain = database.prepare('UPDATE events SET is_incomplete = 0 WHERE seq = ?')

  function add(seq: number | bigint, event: SubtotalEvent, since: number): void {
    insert.run(seq, since, since, expiresAt(event, since))
    counts.count('enrichments', 1)
  }

  return {
    judge(event, orderKey, now) {
      if (settings === undefined) return { event, mustWait: false }
      const missing = missingParts(event, settings)
      const known = missing.contact ? contacts.find(event.connection.id) : undefined
      const contact = known !== undefined && isFresh(known, now) ? known : undefined
      if (contact === undefined) return { event, mustWait: missing.purchase || missing.contact || isBare(event) }
      const completed = completeFromSubtotal(event, { contact }, history.customersSince(event.connection.id, orderKey))
      return { event: completed, mustWait: missing.purchase || isBare(event) }
    },
    add,
    dueAt(seq, now) {
      const row = find.get(seq)
      if (row === undefined || (row.waits === 0 && row.is_incomplete === 0)) return now
      if (row.waits === 0) {
        const event = bodies.open(row)
        if (event === undefined) return now
        add(seq, event, now)
        tryAgain.run(seq)
      }
      return waitingDueAt
    },
  }
}
