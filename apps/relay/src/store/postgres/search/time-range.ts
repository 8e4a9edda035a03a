import type { EventFilter } from '../../records.ts'
import type { SqlSession } from '../sql-session.ts'

/** A part of what is stored: positions from `low` on, below `high`. */
export interface PositionRange {
  readonly low: number
  readonly high: number
}

/** The range of all that is stored. */
export const everything: PositionRange = { low: 0, high: Number.MAX_SAFE_INTEGER }

/** Events come in the order of their receipt, but for clocks that jump or differ. By no more than this, it is supposed. */
const clockSlackMs = 86_400_000

/** Where everything is that was received in a time: nothing outside of it was. */
export async function timeRange(
  session: SqlSession,
  { since, until }: Pick<EventFilter, 'since' | 'until'>,
): Promise<PositionRange> {
  if (since === undefined && until === undefined) return everything
  const row = await session.row<{ readonly low: number | null; readonly high: number | null }>(
    'SELECT relay.first_received($1) AS low, relay.first_received($2) AS high',
    since === undefined ? null : since - clockSlackMs,
    until === undefined ? null : until + clockSlackMs + 1,
  )
  return { low: row?.low ?? everything.low, high: row?.high ?? everything.high }
}
