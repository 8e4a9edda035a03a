import type { PostgresDatabase } from './postgres-database.ts'
import type { SqlSession } from './sql-session.ts'

/** What is known of a lane, and the database's time. */
export interface LaneRow {
  readonly version: number | null
  readonly state: string | null
  readonly paused_at: number | null
  readonly reason: string | null
  readonly now: number
}

/** A state that was written, and the database's time. */
export interface WrittenLane {
  readonly version: number
  readonly now: number
}

/** The newest row is the lane's. What it replaced stays in the index until PostgreSQL can clean up, and is not walked this way. */
const newest = 'SELECT version, state FROM relay.lane_states WHERE destination = $1 ORDER BY version DESC LIMIT 1'

/** What a lane wrote last, and whether an operator paused it. */
export async function readLaneState(session: SqlSession, destination: string): Promise<LaneRow | undefined> {
  return session.row<LaneRow>(
    `SELECT s.version, s.state, p.paused_at, p.reason, relay.now_ms() AS now FROM (SELECT) one
     LEFT JOIN (${newest}) s ON true LEFT JOIN relay.lane_pauses p ON p.destination = $1`,
    destination,
  )
}

/** Replaces the state of this version; `undefined`: somebody has replaced it, nothing was written. */
export async function writeLaneState(
  database: PostgresDatabase,
  destination: string,
  { version, state }: { readonly version: number; readonly state: string },
): Promise<WrittenLane | undefined> {
  if (version === 0) return database.transaction((session) => writeFirst(session, destination, state))
  return database.row<WrittenLane>(
    `WITH replaced AS (DELETE FROM relay.lane_states WHERE destination = $1 AND version = $2 RETURNING version)
     INSERT INTO relay.lane_states (destination, version, state)
     SELECT $1, greatest(version + 1, relay.now_ms()), $3 FROM replaced RETURNING version, relay.now_ms() AS now`,
    destination,
    version,
    state,
  )
}

/** Whoever knows the lane from before has to read it again; nobody does where nothing was written yet. */
export async function changeLaneVersion(session: SqlSession, destination: string): Promise<void> {
  for (;;) {
    const changed = await session.run(
      `WITH replaced AS (DELETE FROM relay.lane_states
         WHERE destination = $1 AND version = (SELECT version FROM (${newest}) known) RETURNING version, state)
       INSERT INTO relay.lane_states (destination, version, state) SELECT $1, version + 1, state FROM replaced`,
      destination,
    )
    if (changed > 0 || (await session.row(newest, destination)) === undefined) return
  }
}

/** Those that write a lane's first state do so one after the other. */
async function writeFirst(session: SqlSession, destination: string, state: string): Promise<WrittenLane | undefined> {
  await session.run("SELECT pg_advisory_xact_lock(hashtextextended('relay.lane:' || $1, 0))", destination)
  return session.row<WrittenLane>(
    `INSERT INTO relay.lane_states (destination, version, state) SELECT $1, relay.now_ms(), $2
     WHERE NOT EXISTS (SELECT FROM relay.lane_states WHERE destination = $1) RETURNING version, relay.now_ms() AS now`,
    destination,
    state,
  )
}
