import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Database } from 'better-sqlite3'
import { expiresAt } from '../../enrichment/decide-enrichment.ts'
import { eventBodies } from '../common/event-bodies.ts'
import { waitingDueAt } from '../common/waiting-due-at.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { sealerOf } from './store-sealer.ts'

interface WaitingRow {
  readonly is_incomplete: number
  readonly waits: number
  readonly event_id: string
  readonly body: string
}

/** Which events wait to be completed. Called inside the caller's transaction. */
export interface WaitingEvents {
  /** Lets an event wait since then. */
  add(seq: number | bigint, event: SubtotalEvent, since: number): void
  /** When a delivery of a stored event is due that is made due now. One that could not be completed before begins to wait again. */
  dueAt(seq: number, now: number): number
}

/** Prepares the statements. */
export function waitingEvents(database: Database, counts: DeliveryCounts): WaitingEvents {
  const bodies = eventBodies(sealerOf(database))
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
