import type { Database } from 'better-sqlite3'
import { identifyLate, isIdentifiedWholly } from '../../identity/identify-late.ts'
import { connectionContacts } from './connection-contacts.ts'
import type { ConnectionHistory } from './connection-history.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { removeEvent } from './erase-events.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import { eventBodies } from './event-bodies.ts'
import { isUnidentified } from './identity-arrivals.ts'
import { replaceEvent } from './replace-event.ts'

interface EventRow {
  readonly event_id: string
  readonly order_key: string
  readonly connection_id: string
  readonly body: string
}

/** What became of an event: `erased`: it is of a person whose events are dropped, which nobody knew before. */
type LateIdentityResult = 'identified' | 'anothers' | 'unchanged' | 'erased'

/** Gives stored events the identifiers that came after them. Called inside the caller's transaction. */
export interface LateIdentities {
  /** Its dead letters for want of an identifier are marked, and those being sent without it, which may become some. */
  identify(seq: number, now: number): LateIdentityResult
}

/** Why a letter stays dead although something is known of its connection. */
const anothersReason = ' What is known of its connection by now is of another customer.'

/** Prepares the statements. */
export function lateIdentities(
  database: Database,
  counts: DeliveryCounts,
  history: ConnectionHistory,
  guard: ErasureGuard,
): LateIdentities {
  const bodies = eventBodies(database)
  const contacts = connectionContacts(database)
  const replace = replaceEvent(database)
  const erase = removeEvent(database, counts)
  const find = database.prepare<[number], EventRow>(
    'SELECT event_id, order_key, connection_id, body FROM events WHERE seq = ? AND payload_deleted_at IS NULL',
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
      if (row === undefined || event === undefined || isIdentifiedWholly(event)) return 'unchanged'
      const { connection_id: connectionId, order_key: orderKey } = row
      const late = identifyLate(event, {
        state: history.now(connectionId),
        contact: contacts.find(connectionId),
        customerIds: history.customersSince(connectionId, orderKey),
      })
      if (!late.isIdentified) {
        if (late.isAnothers) explain.run(anothersReason, seq, anothersReason)
        return late.isAnothers ? 'anothers' : 'unchanged'
      }
      if (guard.hasBlocks() && guard.drops(late.event)) {
        erase(seq, now)
        return 'erased'
      }
      replace(seq, late.event)
      mark.run(seq)
      return 'identified'
    },
  }
}
