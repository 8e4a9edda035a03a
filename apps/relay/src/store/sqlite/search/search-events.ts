import type { Database } from 'better-sqlite3'
import type { RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { Found, FoundPage } from '../../common/found.ts'
import { newestOf, toFoundPage } from '../../common/found.ts'
import type { PersonSubject } from '../../common/person-events.ts'
import type { EventSearch, PageRequest } from '../../records.ts'
import { eventConditions, outcomeCondition } from '../filter-conditions.ts'
import type { FacetGroup } from './facet-groups.ts'
import { facetGroups } from './facet-groups.ts'
import { findSubjects } from './find-subjects.ts'
import { countOf, destinationsOf } from './outcome-counts.ts'
import { positionsOf } from './positions-of.ts'
import { scanWindows } from './scan-windows.ts'
import type { PositionRange } from './time-range.ts'
import { rangeOf } from './time-range.ts'

/** So many rows of an index that holds all that is compared are looked at. */
const indexRows = 400_000
/** Where a second row has to be found for each. */
const joinedRows = 25_000
const windowSize = 10_000
/** When no more wait, all that do are looked at. */
const pendingRows = 100_000
/** Which are all looked at, rather than what is around them. */
const fewRows = 20_000

/** What is looked for: events, also by the error code of a delivery that is meant. */
export interface OutcomeSearch extends EventSearch {
  readonly code?: string
}

/** A search, of what lies in the range. */
interface EventQuery {
  readonly database: Database
  readonly search: OutcomeSearch
  readonly range: PositionRange
  readonly wanted: number
}

const nothing: Found = { positions: [], through: 0 }

/**
 * Which events match, by their `seq`, the newest first. It looks at no more than takes a fraction of a second: a page may be short, or even
 * empty, and say where to go on.
 */
export function searchEvents(database: Database, search: OutcomeSearch, { cursor, limit }: PageRequest): FoundPage {
  const { low, high } = timeRange(database, search)
  const range = { low, high: Math.min(cursor ?? high, high) }
  return toFoundPage(find({ database, search, range, wanted: limit + 1 }), limit)
}

function timeRange(database: Database, search: EventSearch): PositionRange {
  const newest = database.prepare<[], number | null>('SELECT max(seq) FROM events').pluck().get() ?? 0
  const received = database
    .prepare<[number], number>('SELECT received_at FROM events WHERE seq >= ? ORDER BY seq LIMIT 1')
    .pluck()
  return rangeOf(search, { newest, receivedFrom: (position) => received.get(position) })
}

function find(query: EventQuery): Found {
  const { database, search } = query
  const { status, since, until } = search
  if (search.id !== undefined || search.purchase !== undefined) return findByKey(query)
  const subjects = findSubjects(database, search)
  if (subjects !== undefined) {
    return newestOf(subjects.map((subject) => findOfSubject(query, subject, Math.ceil(fewRows / subjects.length))))
  }
  if (hasOutcome(search) && countOf(database, search) === 0) return nothing
  const hasFacet = search.type !== undefined || search.retailer !== undefined
  const hasTimeAlone = (since !== undefined || until !== undefined) && !needsSecondRow(search)
  const groups = hasFacet || hasTimeAlone ? facetGroups(database, search) : undefined
  if (groups !== undefined && countInGroups(query, groups, query.range, fewRows + 1) <= fewRows) return goThrough(query, groups)
  if (status === 'dead' || status === 'skipped') return findByOutcome(query, status)
  if (status === 'pending') return findPending(query, groups)
  return goThrough(query, groups)
}

/** At most one event. */
function findByKey({ database, search, range, wanted }: EventQuery): Found {
  const positions = positionsOf(
    database,
    sql`SELECT e.seq FROM events e WHERE ${matches(search)} AND +e.seq < ${range.high} LIMIT ${wanted}`,
  )
  return { positions, through: 0 }
}

function findOfSubject({ database, search, range, wanted }: EventQuery, { kind, value }: PersonSubject, mostRows: number): Found {
  const column = sql.ref(kind === 'connection' ? 'e.connection_id' : 'e.customer_id')
  const index = sql.ref(kind === 'connection' ? 'events_by_connection' : 'events_by_customer')
  const from = sql`FROM events e INDEXED BY ${index} WHERE ${column} = ${value} AND e.seq < ${range.high} AND e.seq >= `
  const [through = 0] = positionsOf(
    database,
    sql`SELECT e.seq ${from} ${range.low} ORDER BY e.seq DESC LIMIT 1 OFFSET ${mostRows}`,
  )
  const positions = positionsOf(
    database,
    sql`SELECT e.seq ${from} ${Math.max(range.low, through)} AND ${matches(search)} ORDER BY e.seq DESC LIMIT ${wanted}`,
  )
  return { positions, through }
}

function hasOutcome({ status, destination, code }: OutcomeSearch): boolean {
  return status !== undefined || destination !== undefined || code !== undefined
}

function needsSecondRow(search: OutcomeSearch): boolean {
  return hasOutcome(search) || search.person !== undefined
}

/** Few deliveries are dead or skipped: an index of each holds these alone. */
function findByOutcome({ database, search, range, wanted }: EventQuery, status: 'dead' | 'skipped'): Found {
  const { status: _status, destination, code, ...facets } = search
  const index = sql.ref(status === 'dead' ? 'deliveries_dead_by_event' : 'deliveries_skipped_by_event')
  const isJoined = Object.keys(facets).length > 0
  const where = sql`d.status = ${sql.lit(status)} AND d.event_seq < ${range.high}`
  const from = sql`FROM deliveries d INDEXED BY ${index}`
  const [through = 0] = positionsOf(
    database,
    sql`SELECT d.event_seq AS seq ${from} WHERE ${where} AND d.event_seq >= ${range.low}
      ORDER BY d.event_seq DESC LIMIT 1 OFFSET ${isJoined || (code !== undefined && status === 'skipped') ? joinedRows : indexRows}`,
  )
  const joined = isJoined ? sql`CROSS JOIN events e ON e.seq = d.event_seq` : sql``
  const ofDestination = destination === undefined ? sql`1` : sql`d.destination = ${destination}`
  const withCode = code === undefined ? sql`1` : sql`d.error_code = ${code}`
  const positions = positionsOf(
    database,
    sql`SELECT d.event_seq AS seq ${from} ${joined}
      WHERE ${where} AND d.event_seq >= ${Math.max(range.low, through)} AND ${ofDestination} AND ${withCode} AND ${eventConditions(facets)}
      GROUP BY d.event_seq ORDER BY d.event_seq DESC LIMIT ${wanted}`,
  )
  return { positions, through }
}

/** Mostly what waits is new. Else all of it is sorted, as it may be anywhere among the events. */
function findPending(query: EventQuery, groups: readonly FacetGroup[] | undefined): Found {
  const newest = goThrough(query, groups)
  if (newest.through === 0 || newest.positions.length >= query.wanted) return newest
  if (countOf(query.database, query.search) > pendingRows) return newest
  const { database, search, range, wanted } = query
  const { status: _status, destination: _destination, code, ...facets } = search
  const joined = Object.keys(facets).length > 0 ? sql`CROSS JOIN events e ON e.seq = d.event_seq` : sql``
  const withCode = code === undefined ? sql`1` : sql`d.error_code = ${code}`
  const positions = destinationsOf(database, search.destination).flatMap((destination) =>
    positionsOf(
      database,
      sql`SELECT d.event_seq AS seq FROM deliveries d INDEXED BY deliveries_pending ${joined}
        WHERE d.status = 'pending' AND d.destination = ${destination} AND d.event_seq < ${range.high} AND d.event_seq >= ${range.low}
        AND ${withCode} AND ${eventConditions(facets)} ORDER BY d.event_seq DESC LIMIT ${wanted}`,
    ),
  )
  return newestOf([{ positions, through: 0 }])
}

/** From the newest to the oldest, of the groups alone if they are known. */
function goThrough(query: EventQuery, groups: readonly FacetGroup[] | undefined): Found {
  const { database, search, range, wanted } = query
  const from = groups === undefined ? sql`events e NOT INDEXED WHERE` : sql`${ofGroups(groups)} AND`
  return scanWindows({
    range,
    wanted,
    windowSize,
    mostRows: groups === undefined || needsSecondRow(search) ? joinedRows : indexRows,
    countIn: (window, most) => (groups === undefined ? window.high - window.low : countInGroups(query, groups, window, most)),
    find: ({ low, high }, limit) =>
      positionsOf(
        database,
        sql`SELECT e.seq FROM ${from} e.seq < ${high} AND e.seq >= ${low} AND ${matches(search)} ORDER BY e.seq DESC LIMIT ${limit}`,
      ),
  })
}

function countInGroups(
  { database }: EventQuery,
  groups: readonly FacetGroup[],
  { low, high }: PositionRange,
  most: number,
): number {
  const [count = 0] = positionsOf(
    database,
    sql`SELECT count(*) FROM (SELECT 1 FROM ${ofGroups(groups)} AND e.seq < ${high} AND e.seq >= ${low} LIMIT ${most})`,
  )
  return count
}

function ofGroups(groups: readonly FacetGroup[]): RawBuilder<unknown> {
  return sql`json_each(${JSON.stringify(groups)}) g CROSS JOIN events e INDEXED BY events_by_facets
    WHERE e.type = g.value ->> 'type' AND e.retailer IS g.value ->> 'retailer'`
}

function matches(search: OutcomeSearch): RawBuilder<unknown> {
  return sql`${eventConditions(search)} AND ${outcomeCondition(search)}`
}
