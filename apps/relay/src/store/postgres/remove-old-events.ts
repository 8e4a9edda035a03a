import { toLedgerEntry } from '../../retention/to-ledger-entry.ts'
import type { Cutoffs } from '../common/retention-cutoffs.ts'
import type { EventColumns } from '../common/unreadable-event.ts'
import { eventColumns, unreadableEvent } from '../common/unreadable-event.ts'
import { lockEvents, removeLocked } from './erase-events.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/** An event as far as retention needs it, in the order in which they came. */
export interface AgingRow {
  readonly seq: number
  readonly received_at: number
  readonly payload_deleted_at: number | null
  readonly is_kept: boolean
}

type BodyRow = EventColumns & { readonly seq: number; readonly body: string }

/** So many events are looked at in one step. */
const windowSize = 500

/** Events after that one. `is_kept`: one of its deliveries is pending, or is a dead letter that is young. */
export function readAging(session: SqlSession, after: number, { deadLetter }: Cutoffs): Promise<readonly AgingRow[]> {
  return session.rows<AgingRow>(
    `SELECT e.seq, e.received_at, e.payload_deleted_at, EXISTS (SELECT FROM relay.deliveries d WHERE d.event_seq = e.seq
       AND (d.status = 'pending' OR (d.status = 'dead' AND d.settled_at > $2))) AS is_kept
     FROM relay.events e WHERE e.seq > $1 ORDER BY e.seq LIMIT ${windowSize}`,
    after,
    deadLetter,
  )
}

/** Leaves the ledger entries of those events that nothing keeps. Returns which. */
export async function removePayloads(
  { bodies, timeFor }: StoreContext,
  session: SqlSession,
  seqs: readonly number[],
  cutoffs: Cutoffs,
): Promise<readonly number[]> {
  const { free } = await lockFree(session, seqs, cutoffs, timeFor(cutoffs.now))
  const rows = await session.rows<BodyRow>(
    `SELECT e.seq, ${eventColumns}, e.body FROM relay.events e WHERE e.seq = ANY($1::bigint[])`,
    free,
  )
  const entries = rows.map((row) => bodies.seal(toLedgerEntry(bodies.open(row) ?? unreadableEvent(row))))
  await Promise.all([
    session.run(
      `UPDATE relay.events e SET body = g.body, payload_deleted_at = $3 FROM unnest($1::bigint[], $2::text[]) AS g (seq, body)
       WHERE e.seq = g.seq`,
      rows.map(({ seq }) => seq),
      entries,
      cutoffs.now,
    ),
    session.run("UPDATE relay.event_versions SET body = '{}' WHERE event_seq = ANY($1::bigint[])", free),
    session.run(
      `UPDATE relay.attempts SET message = '' WHERE delivery_id IN
         (SELECT id FROM relay.deliveries WHERE event_seq = ANY($1::bigint[]))`,
      free,
    ),
    session.run(
      "UPDATE relay.deliveries SET error_message = '' WHERE event_seq = ANY($1::bigint[]) AND error_message IS NOT NULL",
      free,
    ),
  ])
  return free
}

/** Deletes those events that nothing keeps, with everything that belongs to them. Returns how many. */
export async function removeLedger(
  { timeFor }: StoreContext,
  session: SqlSession,
  seqs: readonly number[],
  cutoffs: Cutoffs,
): Promise<number> {
  const { free, deliveryIds } = await lockFree(session, seqs, cutoffs, timeFor(cutoffs.now))
  const { events } = await removeLocked(session, free, deliveryIds)
  return events
}

/** Locked, they are looked at again: a replay may have made a delivery pending since. */
async function lockFree(
  session: SqlSession,
  seqs: readonly number[],
  { deadLetter }: Cutoffs,
  time: number | null,
): Promise<{ readonly free: readonly number[]; readonly deliveryIds: readonly number[] }> {
  const locked = await lockEvents(session, seqs, time)
  const kept = new Set(
    locked.deliveries
      .filter((one) => one.status === 'pending' || (one.status === 'dead' && (one.settled_at ?? 0) > deadLetter))
      .map((one) => one.event_seq),
  )
  const deliveryIds = locked.deliveries.filter((one) => !kept.has(one.event_seq)).map(({ id }) => id)
  return { free: locked.seqs.filter((seq) => !kept.has(seq)), deliveryIds }
}
