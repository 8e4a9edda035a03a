import type { Database } from 'better-sqlite3'
import type { ReplayCount, ReplaySelection, ReplaySurvey, ReplaySurveyRequest } from '../operations-store.ts'
import type { DeliveryStatus } from '../records.ts'
import { countReplayed, windowEnd } from './select-replayed.ts'

interface CountRow {
  readonly destination: string
  readonly status: DeliveryStatus | null
  readonly is_unknown: number
  readonly is_superseded: number
  readonly count: number
}

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
      .prepare<unknown[], CountRow>(sql)
      .all(...parameters)
      .map(toCount)
  })
  return { counts, next: end >= through ? null : end }
}

function toCount(row: CountRow): ReplayCount {
  return {
    destination: row.destination,
    status: row.status ?? 'missing',
    isUnknown: row.is_unknown === 1,
    isSuperseded: row.is_superseded === 1,
    count: row.count,
  }
}
