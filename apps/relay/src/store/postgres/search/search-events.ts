import { sql } from 'kysely'
import type { Found, FoundPage } from '../../common/found.ts'
import { toFoundPage } from '../../common/found.ts'
import type { PageRequest } from '../../records.ts'
import { eventConditions } from '../filter-conditions.ts'
import { rowsOf } from '../query-builder.ts'
import type { SqlSession } from '../sql-session.ts'
import { chooseStream } from './choose-stream.ts'
import { findInStream } from './event-stream.ts'
import type { OutcomeSearch } from './outcome-search.ts'
import { divideSearch, matches } from './outcome-search.ts'
import { everything, timeRange } from './time-range.ts'

/**
 * Which events match, by their `seq`, the newest first. It looks at no more than takes a fraction of a second: a page may be short, or even
 * empty, and say where to go on.
 */
export async function searchEvents(session: SqlSession, search: OutcomeSearch, page: PageRequest): Promise<FoundPage> {
  return toFoundPage(await find(session, search, page), page.limit)
}

async function find(session: SqlSession, search: OutcomeSearch, { cursor, limit }: PageRequest): Promise<Found> {
  const below = cursor ?? everything.high
  if (search.id !== undefined || search.purchase !== undefined) return findByKey(session, search, below)
  const { low, high } = await timeRange(session, search)
  const range = { low, high: Math.min(below, high) }
  return findInStream(session, await chooseStream(session, search, range), range, limit + 1)
}

/** At most one event. */
async function findByKey(session: SqlSession, search: OutcomeSearch, below: number): Promise<Found> {
  const { ofEvent, ofDelivery } = divideSearch(search)
  const rows = await rowsOf<{ readonly seq: number }>(
    session,
    sql`SELECT e.seq FROM relay.events e WHERE ${eventConditions(ofEvent)} AND ${matches({ ...ofDelivery }, sql`e.seq`)} AND e.seq < ${below}`,
  )
  return { positions: rows.map((row) => row.seq), through: 0 }
}
