import type { Database } from 'better-sqlite3'
import type { ReplayCountRow } from '../common/replay-window.ts'
import { toReplayCount, windowEnd } from '../common/replay-window.ts'
import type { ReplayCount, ReplaySelection, ReplaySurvey, ReplaySurveyRequest } from '../operations-store.ts'
import { countReplayed } from './select-replayed.ts'

/** The newest delivery or event. */
export function replayEnd(database: Database, kind: ReplaySelection['kind']): number {
  const column = kind === 'deliveries' ? 'max(id) FROM deliveries' : 'max(seq) FROM events'
  return database.prepare<[], number | null>(`SELECT ${column}`).pluck().get() ?? 0
}

/** Counts one part of what a selection finds. */
export function surveyReplay(database: Database, { selection, after, through }: ReplaySurveyRequest): ReplaySurvey {
  const end = windowEnd(selection, { after, through })
  const destinations = selection.kind === 'deliveries' ? [''] : selection.destinations
  const counts = destinations.flatMap((destination): readonly ReplayCount[] => {
    const { sql, parameters } = countReplayed(selection, { after, through: end }, destination)
    return database
      .prepare<unknown[], ReplayCountRow>(sql)
      .all(...parameters)
      .map(toReplayCount)
  })
  return { counts, next: end >= through ? null : end }
}
