import { toReplayCount, windowEnd } from '../common/replay-window.ts'
import type { ReplayCount, ReplaySelection, ReplaySurvey, ReplaySurveyRequest } from '../operations-store.ts'
import { rowsOf } from './query-builder.ts'
import { countReplayed } from './select-replayed.ts'
import type { SqlSession } from './sql-session.ts'

/**
 * The newest delivery or event. One with a lower id may be stored a moment later, by another relay: it is new, and goes to its destinations
 * by itself.
 */
export async function replayEnd(session: SqlSession, kind: ReplaySelection['kind']): Promise<number> {
  const column = kind === 'deliveries' ? 'max(id) FROM relay.deliveries' : 'max(seq) FROM relay.events'
  return (await session.value<number | null>(`SELECT ${column}`)) ?? 0
}

/** Counts one part of what a selection finds. */
export async function surveyReplay(
  session: SqlSession,
  { selection, after, through }: ReplaySurveyRequest,
): Promise<ReplaySurvey> {
  const end = windowEnd(selection, { after, through })
  const destinations = selection.kind === 'deliveries' ? [''] : selection.destinations
  const counts: ReplayCount[] = []
  for (const destination of destinations) {
    const rows = await rowsOf(session, countReplayed(selection, { after, through: end }, destination))
    counts.push(...rows.map(toReplayCount))
  }
  return { counts, next: end >= through ? null : end }
}
