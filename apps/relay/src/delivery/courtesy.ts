import type { Clock } from '../clock/clock.ts'
import type { GroupCommit } from '../ingest/group-commit.ts'

const longestMs = 1_000

/** Returns what waits until everything that came in is stored, a second at most. */
export function courtesy(clock: Clock): (ingest: Pick<GroupCommit, 'drained'>) => Promise<void> {
  return async (ingest) => {
    const passed = Promise.withResolvers<void>()
    const timer = clock.setTimeout(passed.resolve, longestMs)
    await Promise.race([ingest.drained(), passed.promise])
    timer.cancel()
  }
}
