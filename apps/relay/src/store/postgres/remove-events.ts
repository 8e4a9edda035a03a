import { freeOf, lockEvents, removeLocked } from './erase-events.ts'
import type { SqlSession } from './sql-session.ts'

/**
 * Deletes events that are of a person whose events are dropped, as nobody knew before. A delivery that is being attempted right now stays,
 * and its event with it. Called inside the caller's transaction. `time`: for `relay.now_ms`.
 */
export async function removeEvents(session: SqlSession, seqs: readonly number[], time: number | null): Promise<void> {
  if (seqs.length === 0) return
  const { free, ended } = freeOf(await lockEvents(session, seqs, time))
  await removeLocked(session, free, ended)
}
