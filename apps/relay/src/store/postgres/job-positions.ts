import type { SqlSession } from './sql-session.ts'

/** Where a job is that any relay goes on with. Read and written in the job's own transaction, of which there is one at a time. */
export interface JobPosition<Position> {
  /** `undefined`: the job is to begin. */
  read(session: SqlSession): Promise<Position | undefined>
  /** `undefined`: the job is over. */
  write(session: SqlSession, position: Position | undefined): Promise<void>
}

/** The position of the job with this name. */
export function jobPosition<Position>(name: string): JobPosition<Position> {
  return {
    async read(session) {
      const stored = await session.value<string>('SELECT position FROM relay.job_positions WHERE name = $1', name)
      if (stored === undefined) return undefined
      const position: Position = JSON.parse(stored)
      return position
    },
    async write(session, position) {
      if (position === undefined) await session.run('DELETE FROM relay.job_positions WHERE name = $1', name)
      else {
        await session.run(
          `INSERT INTO relay.job_positions (name, position) VALUES ($1, $2)
           ON CONFLICT (name) DO UPDATE SET position = excluded.position`,
          name,
          JSON.stringify(position),
        )
      }
    },
  }
}
