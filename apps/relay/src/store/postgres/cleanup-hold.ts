import type { SqlSession } from './sql-session.ts'
import { sqlStateOf } from './sql-state.ts'
import { unmovedFor } from './unmoved-for.ts'

interface HoldRow {
  readonly is_told: boolean
  /** How long the oldest transaction has been open, a prepared one too; `null`: there is none. */
  readonly open_ms: number | null
  /** The oldest transaction that a replica still needs the rows of; `null`: none needs any that are not current. */
  readonly copy_xmin: string | null
  readonly now: number
}

/** A vacuum's own transaction holds nothing back. */
const hold = `SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS is_told,
  (extract(epoch FROM clock_timestamp() - (SELECT min(since) FROM (
     SELECT xact_start FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL)
       AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)
     UNION ALL SELECT prepared FROM pg_prepared_xacts WHERE database = current_database()
   ) AS opened(since))) * 1000)::bigint AS open_ms,
  (SELECT xmin::text FROM (
     SELECT xmin FROM pg_replication_slots UNION ALL SELECT backend_xmin FROM pg_stat_replication
   ) AS copies(xmin) WHERE xmin IS NOT NULL AND age(xmin) > 0 ORDER BY age(xmin) DESC LIMIT 1) AS copy_xmin,
  (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`

/** Shorter than this nothing is held back: there is always some transaction under way. */
const shortMs = 1_000

/**
 * For how long PostgreSQL has not been able to remove what is no longer current, in milliseconds; `null` where the user may not see what
 * others do (`pg_read_all_stats`). Replicas do not say since when they hold it back: for as long as this function has seen them stand.
 */
export function cleanupHold(database: Pick<SqlSession, 'row'>): () => Promise<number | null> {
  const copyMs = unmovedFor()

  async function read(): Promise<number | null> {
    const row = await database.row<HoldRow>(hold)
    if (row === undefined) return null
    const heldMs = Math.max(row.open_ms ?? 0, copyMs(row.copy_xmin, row.now))
    if (!row.is_told) return null
    return heldMs < shortMs ? 0 : heldMs
  }

  return async () => {
    try {
      return await read()
    } catch (error) {
      // Some servers let nobody look: what the relay does is not to fail of that.
      if (sqlStateOf(error) === undefined) throw error
      return null
    }
  }
}
