import type { Database } from 'better-sqlite3'
import type { ConnectionHistory } from '../common/connection-history.ts'
import { eventBodies } from '../common/event-bodies.ts'
import { isUnidentified } from '../common/identity-arrivals.ts'
import type { LateIdentityVerdict } from '../common/judge-late-identity.ts'
import { anothersReason, judgeLateIdentity } from '../common/judge-late-identity.ts'
import { connectionContacts } from './connection-contacts.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { removeEvent } from './erase-events.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import { replaceEvent } from './replace-event.ts'
import { sealerOf } from './store-sealer.ts'

interface EventRow {
  readonly event_id: string
  readonly order_key: string
  readonly body: string
}

/** Gives stored events the identifiers that came after them. Called inside the caller's transaction. */
export interface LateIdentities {
  /** Its dead letters for want of an identifier are marked, and those being sent without it, which may become some. */
  identify(seq: number, now: number): LateIdentityVerdict['result']
}

/** Prepares the statements. */
export function lateIdentities(
  database: Database,
  counts: DeliveryCounts,
  history: ConnectionHistory,
  guard: ErasureGuard,
): LateIdentities {
  const bodies = eventBodies(sealerOf(database))
  const contacts = connectionContacts(database)
  const replace = replaceEvent(database)
  const erase = removeEvent(database, counts)
  const find = database.prepare<[number], EventRow>(
    'SELECT event_id, order_key, body FROM events WHERE seq = ? AND payload_deleted_at IS NULL',
  )
  const mark = database.prepare(
    `UPDATE deliveries SET is_identified = 1
     WHERE event_seq = ? AND ((${isUnidentified}) OR (status = 'pending' AND lease_token IS NOT NULL))`,
  )
  const explain = database.prepare(
    `UPDATE deliveries SET error_message = error_message || ? WHERE event_seq = ? AND ${isUnidentified} AND instr(error_message, ?) = 0`,
  )

  return {
    identify(seq, now) {
      const row = find.get(seq)
      const event = row === undefined ? undefined : bodies.open(row)
      if (row === undefined || event === undefined) return 'unchanged'
      const verdict = judgeLateIdentity({ history, contacts, guard }, event, row.order_key)
      if (verdict.result === 'anothers') explain.run(anothersReason, seq, anothersReason)
      if (verdict.result === 'erased') erase(seq, now)
      if (verdict.result === 'identified') {
        replace(seq, verdict.event)
        mark.run(seq)
      }
      return verdict.result
    },
  }
}
