import type { LanePause } from '../store.ts'
import type { SqlSession } from './sql-session.ts'

/** Whoever knows the lane from before learns of the pause before its next turn. */
const changed = 'UPDATE relay.lane_states SET version = version + 1 WHERE destination = $1'

/** Keeps which lanes an operator paused. */
export function lanePauses(session: SqlSession): {
  list(): Promise<readonly LanePause[]>
  pause(pause: LanePause): Promise<void>
  resume(destination: string): Promise<void>
} {
  return {
    list: () =>
      session.rows<LanePause>(
        'SELECT destination, paused_at AS "pausedAt", reason FROM relay.lane_pauses ORDER BY destination COLLATE "C"',
      ),
    async pause({ destination, pausedAt, reason }) {
      await session.run(
        `WITH changed AS (${changed}) INSERT INTO relay.lane_pauses (destination, paused_at, reason) VALUES ($1, $2, $3)
         ON CONFLICT (destination) DO UPDATE SET paused_at = excluded.paused_at, reason = excluded.reason`,
        destination,
        pausedAt,
        reason,
      )
    },
    async resume(destination) {
      await session.run(`WITH changed AS (${changed}) DELETE FROM relay.lane_pauses WHERE destination = $1`, destination)
    },
  }
}
