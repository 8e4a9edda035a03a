import type { SqlSession } from './sql-session.ts'

const lock = "hashtextextended('relay.erasures', 0)"

/**
 * Lets others store too until the transaction ends, but nobody who excludes it. Rejects while another store is being moved here: what came
 * in meanwhile would be replaced.
 */
export async function shareStoring(session: SqlSession): Promise<void> {
  const [, isMoving] = await Promise.all([
    session.run(`SELECT pg_advisory_xact_lock_shared(${lock})`),
    session.value<boolean>('SELECT EXISTS (SELECT FROM relay.moves WHERE finished_at IS NULL)'),
  ])
  if (isMoving === true) throw new Error('Another store is being moved to this one.')
}

/** Nobody stores people's data until the transaction ends. Asked for before any row is locked. */
export async function excludeStoring(session: SqlSession): Promise<void> {
  await session.run(`SELECT pg_advisory_xact_lock(${lock})`)
}
