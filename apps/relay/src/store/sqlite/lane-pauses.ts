import type { Database } from 'better-sqlite3'
import type { LanePause } from '../store.ts'

interface PauseRow {
  readonly destination: string
  readonly paused_at: number
  readonly reason: string
}

/** Keeps which lanes an operator paused. */
export function lanePauses(database: Database): {
  list(): readonly LanePause[]
  pause(pause: LanePause): void
  resume(destination: string): void
} {
  const list = database.prepare<[], PauseRow>('SELECT destination, paused_at, reason FROM lane_pauses ORDER BY destination')
  const pause = database.prepare(
    `INSERT INTO lane_pauses (destination, paused_at, reason) VALUES (?, ?, ?)
     ON CONFLICT (destination) DO UPDATE SET paused_at = excluded.paused_at, reason = excluded.reason`,
  )
  const resume = database.prepare('DELETE FROM lane_pauses WHERE destination = ?')
  return {
    list: () => list.all().map((row) => ({ destination: row.destination, pausedAt: row.paused_at, reason: row.reason })),
    pause: ({ destination, pausedAt, reason }) => void pause.run(destination, pausedAt, reason),
    resume: (destination) => void resume.run(destination),
  }
}
