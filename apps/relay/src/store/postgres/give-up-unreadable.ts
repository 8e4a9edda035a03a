import { unreadableEventError } from '../common/unreadable-event-error.ts'
import type { TimedActivity } from './activity-log.ts'
import { deadLetters } from './activity-log.ts'
import type { SqlSession } from './sql-session.ts'
import { isStillPending } from './still-pending.ts'

/**
 * Makes dead letters of what waits to be sent of events that cannot be read. Called inside the caller's transaction, which counts what is
 * returned. `time`: for `relay.now_ms`.
 */
export async function giveUpUnreadable(
  session: SqlSession,
  { seqs, now, time }: { readonly seqs: readonly number[]; readonly now: number; readonly time: number | null },
): Promise<readonly TimedActivity[]> {
  if (seqs.length === 0) return []
  const [ended] = await Promise.all([
    session.rows<{ readonly destination: string }>(
      `UPDATE relay.deliveries SET status = 'dead', due_at = relay.now_ms($2), settled_at = $3, lease_token = NULL, error_code = $4,
         error_message = $5
       WHERE id IN (
         SELECT id FROM relay.deliveries d WHERE event_seq = ANY ($1::bigint[]) AND ${isStillPending('d')} ORDER BY id FOR UPDATE)
       RETURNING destination`,
      seqs,
      time,
      now,
      unreadableEventError.code,
      unreadableEventError.message,
    ),
    session.run('DELETE FROM relay.enrichments WHERE event_seq = ANY ($1::bigint[])', seqs),
  ])
  return deadLetters(
    ended.map(({ destination }) => destination),
    now,
  )
}
