import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { EventSearch, PageRequest } from '../../records.ts'
import { eventConditions, outcomeCondition } from '../filter-conditions.ts'
import type { PersonSubject } from '../person-events.ts'
import { findSubjects } from './find-subjects.ts'
import type { Found, FoundPage } from './found.ts'
import { newestOf, toFoundPage } from './found.ts'
import { countOf, destinationsOf, fewDeliveries } from './outcome-counts.ts'
import { positionsOf } from './positions-of.ts'
import { scanWindows } from './scan-windows.ts'

/** Of a customer or connection, so many events are looked at. */
const subjectRows = 20_000
/** In an index that holds all that is compared. */
const indexScan = { windowRows: 200_000, mostRows: 1_000_000 }
/** Where a second row has to be found for each. */
const joinScan = { windowRows: 20_000, mostRows: 200_000 }

/** A search, below the position where the page before ended. */
interface EventQuery {
  readonly database: Database
  readonly search: EventSearch
  readonly high: number
  readonly wanted: number
}

/**
 * Which events match, by their `seq`, the newest first. It looks at no more than takes a fraction of a second: a page may be short, or even
 * empty, and say where to go on.
 */
export function searchEvents(database: Database, search: EventSearch, { cursor, limit }: PageRequest): FoundPage {
  const newest = database.prepare<[], number | null>('SELECT max(seq) FROM events').pluck().get() ?? 0
  const query = { database, search, high: Math.min(cursor ?? newest + 1, newest + 1), wanted: limit + 1 }
  return toFoundPage(find(query), limit)
}

function find(query: EventQuery): Found {
  const { database, search } = query
  if (search.id !== undefined || search.purchase !== undefined) return findByKey(query)
  const subjects = findSubjects(database, search)
  if (subjects !== undefined) return newestOf(subjects.map((subject) => findOfSubject(query, subject)))
  if (search.status === 'dead' || search.status === 'skipped') return findByOutcome(query, search.status)
  if (search.status === 'pending' && countOf(database, 'pending', search.destination) <= fewDeliveries) return findPending(query)
  return scanEvents(query)
}

/** At most one event. */
function findByKey({ database, search, high, wanted }: EventQuery): Found {
  const positions = positionsOf(
    database,
    sql`SELECT e.seq FROM events e WHERE ${eventConditions(search)} AND ${outcomeCondition(search)} AND +e.seq < ${high} LIMIT ${wanted}`,
  )
  return { positions, through: 0 }
}

function findOfSubject({ database, search, high, wanted }: EventQuery, { kind, value }: PersonSubject): Found {
  const column = sql.ref(kind === 'connection' ? 'e.connection_id' : 'e.customer_id')
  const index = sql.ref(kind === 'connection' ? 'events_by_connection' : 'events_by_customer')
  const from = sql`FROM events e INDEXED BY ${index} WHERE ${column} = ${value} AND e.seq < ${high}`
  const [through = 0] = positionsOf(database, sql`SELECT e.seq ${from} ORDER BY e.seq DESC LIMIT 1 OFFSET ${subjectRows}`)
  const positions = positionsOf(
    database,
    sql`SELECT e.seq ${from} AND e.seq >= ${through} AND ${eventConditions(search)} AND ${outcomeCondition(search)}
      ORDER BY e.seq DESC LIMIT ${wanted}`,
  )
  return { positions, through }
}

/** Few deliveries are dead or skipped: an index of each holds these alone. */
function findByOutcome({ database, search, high, wanted }: EventQuery, status: 'dead' | 'skipped'): Found {
  const index = sql.ref(status === 'dead' ? 'deliveries_dead_by_event' : 'deliveries_skipped_by_event')
  const ofDestination = search.destination === undefined ? sql`1` : sql`d.destination = ${search.destination}`
  const { status: _status, destination: _destination, ...facets } = search
  const hasFacets = Object.keys(facets).length > 0
  const { mostRows } = hasFacets ? joinScan : indexScan
  const where = sql`d.status = ${sql.lit(status)} AND d.event_seq < ${high}`
  const [through = 0] = positionsOf(
    database,
    sql`SELECT d.event_seq AS seq FROM deliveries d INDEXED BY ${index} WHERE ${where} ORDER BY d.event_seq DESC LIMIT 1 OFFSET ${mostRows}`,
  )
  const joined = hasFacets ? sql`CROSS JOIN events e ON e.seq = d.event_seq` : sql``
  const positions = positionsOf(
    database,
    sql`SELECT d.event_seq AS seq FROM deliveries d INDEXED BY ${index} ${joined}
      WHERE ${where} AND d.event_seq >= ${through} AND ${ofDestination} AND ${eventConditions(facets)}
      GROUP BY d.event_seq ORDER BY d.event_seq DESC LIMIT ${wanted}`,
  )
  return { positions, through }
}

/** All that are pending, sorted: they may be anywhere among the events. */
function findPending({ database, search, high, wanted }: EventQuery): Found {
  const { status: _status, destination: _destination, ...facets } = search
  const positions = destinationsOf(database, search.destination).flatMap((destination) =>
    positionsOf(
      database,
      sql`SELECT d.event_seq AS seq FROM deliveries d INDEXED BY deliveries_pending CROSS JOIN events e ON e.seq = d.event_seq
        WHERE d.status = 'pending' AND d.destination = ${destination} AND d.event_seq < ${high} AND ${eventConditions(facets)}
        ORDER BY d.event_seq DESC LIMIT ${wanted}`,
    ),
  )
  return newestOf([{ positions, through: 0 }])
}

function scanEvents({ database, search, high, wanted }: EventQuery): Found {
  const needsDelivery = search.status !== undefined || search.destination !== undefined
  const received = database
    .prepare<[number], number>('SELECT received_at FROM events WHERE seq >= ? ORDER BY seq LIMIT 1')
    .pluck()
  return scanWindows({
    filter: search,
    high,
    wanted,
    ...(needsDelivery || search.person !== undefined ? joinScan : indexScan),
    receivedFrom: (position) => received.get(position),
    find: (window, limit) =>
      positionsOf(
        database,
        sql`SELECT e.seq FROM events e INDEXED BY events_searched WHERE e.seq < ${window.high} AND e.seq >= ${window.low}
          AND ${eventConditions(search)} AND ${outcomeCondition(search)} ORDER BY e.seq DESC LIMIT ${limit}`,
      ),
  })
}
