import type { RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { Found } from '../../common/found.ts'
import { rowsOf } from '../query-builder.ts'
import type { SqlSession } from '../sql-session.ts'
import type { PositionRange } from './time-range.ts'

/** SQL for the `seq` of the events in a range that stand together in an index, the newest first. */
export type EventBranch = (range: PositionRange) => RawBuilder<unknown>

/** Events among which a search looks. */
export interface EventStream {
  readonly branches: readonly EventBranch[]
  /** What else has to hold; `undefined`: nothing. */
  readonly comparison?: Comparison
}

/** What the branches do not see to. */
interface Comparison {
  /** Whether an event `s.seq` is meant. */
  readonly isMeant: RawBuilder<unknown>
  /** So many are looked at, the rest is left to the next page. */
  readonly mostRows: number
}

interface Row {
  readonly seq: number
  readonly is_meant: boolean | null
  readonly is_last: boolean
}

/**
 * The newest events that are meant. PostgreSQL merges the branches and leaves them as soon as enough is found: what each reads is in order
 * already, and none is read to its end before it.
 */
export async function findInStream(
  session: SqlSession,
  { branches, comparison }: EventStream,
  range: PositionRange,
  wanted: number,
): Promise<Found> {
  if (branches.length === 0) return { positions: [], through: 0 }
  // An event is in a branch once at most.
  const { isMeant, mostRows } = comparison ?? { isMeant: sql`true`, mostRows: wanted * branches.length }
  const rows = await rowsOf<Row>(
    session,
    sql`SELECT s.seq, bool_or(m.is_meant) AS is_meant, bool_or(s.place = ${mostRows}) AS is_last
      FROM (SELECT b.seq, row_number() OVER (ORDER BY b.seq DESC) AS place
        FROM (${together(branches, range, comparison?.mostRows ?? wanted)}) b ORDER BY b.seq DESC LIMIT ${mostRows}) s
      CROSS JOIN LATERAL (SELECT ${isMeant} AS is_meant) m
      WHERE m.is_meant OR s.place = ${mostRows}
      GROUP BY s.seq ORDER BY s.seq DESC LIMIT ${wanted}`,
  )
  return {
    positions: rows.filter((row) => row.is_meant === true).map((row) => row.seq),
    through: rows.find((row) => row.is_last)?.seq ?? 0,
  }
}

/** How many events there are in the branches, as far as `most`. */
export async function countUpTo(
  session: SqlSession,
  branches: readonly EventBranch[],
  range: PositionRange,
  most: number,
): Promise<number> {
  const [row] = await rowsOf<{ readonly count: number }>(
    session,
    sql`SELECT count(*) AS count FROM (SELECT FROM (${together(branches, range, most)}) b LIMIT ${most}) counted`,
  )
  return row?.count ?? 0
}

function together(branches: readonly EventBranch[], range: PositionRange, most: number): RawBuilder<unknown> {
  return sql.join(
    branches.map((branch) => sql`(${branch(range)} LIMIT ${most})`),
    sql` UNION ALL `,
  )
}
