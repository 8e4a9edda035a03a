import type { LanePause } from '../store.ts'
import { changeLaneVersion } from './lane-states.ts'
import type { PostgresDatabase } from './postgres-database.ts'

/** Keeps which lanes an operator paused. Whoever knows the lane from before learns of it before its next turn. */
export function lanePauses(database: PostgresDatabase): {
  list(): Promise<readonly LanePause[]>
  pause(pause: LanePause): Promise<void>
  resume(destination: string): Promise<void>
} {
  return {
    list: () =>
      database.rows<LanePause>(
        'SELECT destination, paused_at AS "pausedAt", reason FROM relay.lane_pauses ORDER BY destination COLLATE "C"',
      ),
    pause: ({ destination, pausedAt, reason }) =>
      database.transaction(async (session) => {
        await changeLaneVersion(session, destination)
        session.write(
          `INSERT INTO relay.lane_pauses (destination, paused_at, reason) VALUES ($1, $2, $3)
           ON CONFLICT (destination) DO UPDATE SET paused_at = excluded.paused_at, reason = excluded.reason`,
          destination,
          pausedAt,
          reason,
        )
      }),
    resume: (destination) =>
      database.transaction(async (session) => {
        await changeLaneVersion(session, destination)
        session.write('DELETE FROM relay.lane_pauses WHERE destination = $1', destination)
      }),
  }
}
