import { activityStepsMs, keptActivityMs } from '../common/activity-tally.ts'
import type { SqlSession } from './sql-session.ts'

const size = 50
const activitySize = 500

/** Removes a few of the oldest webhooks that were not understood. How many. */
export function removeQuarantined(session: SqlSession, before: number): Promise<number> {
  return session.run(
    'DELETE FROM relay.quarantine WHERE id IN (SELECT id FROM relay.quarantine ORDER BY id LIMIT $1) AND received_at <= $2',
    size,
    before,
  )
}

/** Removes a few of the oldest entries of the audit, and replays and imports that ended before `before`. Whether there were any. */
export async function removeRecords(session: SqlSession, before: number): Promise<boolean> {
  const audit = await session.run(
    'DELETE FROM relay.audit WHERE id IN (SELECT id FROM relay.audit ORDER BY id LIMIT $1) AND at <= $2',
    size,
    before,
  )
  const replays = await removeEnded(session, 'replays', ['replay_parts'], before)
  const imports = await removeEnded(session, 'imports', ['import_parts', 'import_refusals'], before)
  return audit + replays + imports > 0
}

/** Removes a little of what nobody can look at any more. Whether there was any. */
export async function removeActivity(session: SqlSession, now: number): Promise<boolean> {
  let removed = 0
  for (const stepMs of activityStepsMs) {
    removed += await session.run(
      `DELETE FROM relay.activity WHERE (step_ms, at, destination, kind, latency, slot) IN
         (SELECT step_ms, at, destination, kind, latency, slot FROM relay.activity WHERE step_ms = $1 AND at < $2 LIMIT ${activitySize})`,
      stepMs,
      now - keptActivityMs(stepMs),
    )
  }
  return removed > 0
}

async function removeEnded(
  session: SqlSession,
  table: 'replays' | 'imports',
  parts: readonly string[],
  before: number,
): Promise<number> {
  const rows = await session.rows<{ readonly id: number }>(
    `SELECT id FROM (SELECT id, finished_at FROM relay.${table} ORDER BY id LIMIT $1) AS oldest WHERE finished_at <= $2`,
    size,
    before,
  )
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return 0
  for (const part of parts) {
    await session.run(`DELETE FROM relay.${part} WHERE ${table.slice(0, -1)}_id = ANY($1::bigint[])`, ids)
  }
  return session.run(`DELETE FROM relay.${table} WHERE id = ANY($1::bigint[])`, ids)
}
