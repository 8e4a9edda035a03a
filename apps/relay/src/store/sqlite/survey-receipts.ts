import type { Database } from 'better-sqlite3'
import type { ReceiptSurvey } from '../imports-store.ts'

/** So many events are looked at in one go: a few milliseconds. */
const windowSize = 5_000

/** Reads when webhooks came in, a part at a time. */
export function surveyReceipts(database: Database): (before: number | null) => ReceiptSurvey {
  const newest = database.prepare<[], number | null>('SELECT max(seq) FROM events').pluck()
  const times = database
    .prepare<[number, number], number>(
      'SELECT received_at FROM events WHERE seq > ? AND seq <= ? AND import_id IS NULL ORDER BY seq DESC',
    )
    .pluck()
  return (before) => {
    const end = before ?? newest.get() ?? 0
    const start = Math.max(0, end - windowSize)
    return { times: times.all(start, end), next: start === 0 ? null : start }
  }
}
