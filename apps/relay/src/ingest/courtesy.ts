import type { Clock } from '../clock/clock.ts'
import type { GroupCommit } from './group-commit.ts'

/** Returns what waits until everything that came in is stored, so long at most. */
export function courtesy(
  clock: Pick<Clock, 'setTimeout'>,
  longestMs: number,
): (ingest: Pick<GroupCommit, 'drained'>) => Promise<void> {
  return async (ingest) => {
    const passed = Promise.withResolvers<void>()
    const timer = clock.setTimeout(passed.resolve, longestMs)
    await Promise.race([ingest.drained(), passed.promise])
    timer.cancel()
  }
}
