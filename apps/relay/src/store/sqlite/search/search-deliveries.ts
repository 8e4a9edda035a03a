import type { Database } from 'better-sqlite3'
import { sql } from 'kysely'
import type { DeliveryFilter, PageRequest } from '../../records.ts'
import { deliveryConditions, needsEvent } from '../filter-conditions.ts'
import type { PersonSubject } from '../person-events.ts'
import { findSubjects } from './find-subjects.ts'
import type { Found, FoundPage } from './found.ts'
import { newestOf, toFoundPage } from './found.ts'
import { countOf, destinationsOf, fewDeliveries } from './outcome-counts.ts'
import { positionsOf } from './positions-of.ts'
import { scanWindows } from './scan-windows.ts'
import { searchEvents } from './search-events.ts'

/** Of a customer or connection, so many events are looked at together. */
const subjectRows = 20_000
/** When no more events than these match, their deliveries are looked at. */
const fewEvents = 2_000
const ownScan = { windowRows: 200_000, mostRows: 1_500_000 }
/** Where the event has to be found for each. */
const joinScan = { windowRows: 40_000, mostRows: 400_000 }

/** A search, below the delivery where the page before ended. */
interface DeliveryQuery {
  readonly database: Database
  readonly filter: DeliveryFilter
  readonly high: number
  readonly wanted: number
}

/** Which deliveries match, by their ids, the newest first. As `searchEvents`, it looks at a bounded number of rows. */
export function searchDeliveries(database: Database, filter: DeliveryFilter, { cursor, limit }: PageRequest): FoundPage {
  const newest = database.prepare<[], number | null>('SELECT max(id) FROM deliveries').pluck().get() ?? 0
  const query = { database, filter, high: Math.min(cursor ?? newest + 1, newest + 1), wanted: limit + 1 }
  return toFoundPage(find(query), limit)
}

function find(query: DeliveryQuery): Found {
  const { database, filter } = query
  if (filter.id !== undefined || filter.identified !== undefined) return findByIndex(query)
  if (filter.event !== undefined || filter.purchase !== undefined) return ofEvents(query, eventsOf(query, 1).positions)
  const subjects = findSubjects(database, filter)
  if (subjects?.every((subject) => isSmall(database, subject))) {
    return newestOf(subjects.map((subject) => findOfSubject(query, subject)))
  }
  if (filter.status === 'dead') return findDead(query)
  const { status } = filter
  if ((status === 'pending' || status === 'skipped') && countOf(database, status, filter.destination) <= fewDeliveries) {
    return status === 'pending' ? findPending(query) : findSkipped(query)
  }
  return findByFacets(query) ?? scanDeliveries(query)
}

/** Where SQLite itself finds the best way. */
function findByIndex({ database, filter, high, wanted }: DeliveryQuery): Found {
  const positions = positionsOf(
    database,
    sql`SELECT d.id FROM deliveries d JOIN events e ON e.seq = d.event_seq
      WHERE ${deliveryConditions(filter)} AND +d.id < ${high} ORDER BY d.id DESC LIMIT ${wanted}`,
  )
  return { positions, through: 0 }
}

/** The events that are meant, whatever became of them. */
function eventsOf({ database, filter }: DeliveryQuery, limit: number): FoundPage {
  const { id: _id, status: _status, destination: _destination, code: _code, identified: _identified, event, ...facets } = filter
  return searchEvents(database, { ...facets, ...(event === undefined ? {} : { id: event }) }, { limit })
}

function ofEvents({ database, filter, high, wanted }: DeliveryQuery, seqs: readonly number[]): Found {
  if (seqs.length === 0) return { positions: [], through: 0 }
  const positions = positionsOf(
    database,
    sql`SELECT d.id FROM json_each(${JSON.stringify(seqs)}) j CROSS JOIN deliveries d ON d.event_seq = j.value
      CROSS JOIN events e ON e.seq = d.event_seq
      WHERE ${deliveryConditions(filter, { byId: true })} AND +d.id < ${high} ORDER BY d.id DESC LIMIT ${wanted}`,
  )
  return { positions, through: 0 }
}

function isSmall(database: Database, { kind, value }: PersonSubject): boolean {
  const column = sql.ref(kind === 'connection' ? 'connection_id' : 'customer_id')
  return positionsOf(database, sql`SELECT seq FROM events WHERE ${column} = ${value} LIMIT 1 OFFSET ${subjectRows}`).length === 0
}

function findOfSubject({ database, filter, high, wanted }: DeliveryQuery, { kind, value }: PersonSubject): Found {
  const column = sql.ref(kind === 'connection' ? 'e.connection_id' : 'e.customer_id')
  const index = sql.ref(kind === 'connection' ? 'events_by_connection' : 'events_by_customer')
  const positions = positionsOf(
    database,
    sql`SELECT d.id FROM events e INDEXED BY ${index} CROSS JOIN deliveries d ON d.event_seq = e.seq
      WHERE ${column} = ${value} AND ${deliveryConditions(filter, { byId: true })} AND +d.id < ${high}
      ORDER BY d.id DESC LIMIT ${wanted}`,
  )
  return { positions, through: 0 }
}

function findDead({ database, filter, high, wanted }: DeliveryQuery): Found {
  const { destination, code } = filter
  const isByCode = destination !== undefined && code !== undefined
  const index = sql.ref(isByCode ? 'deliveries_dead_by_code' : 'deliveries_dead')
  const group = isByCode ? sql`AND d.destination = ${destination} AND d.error_code = ${code}` : sql``
  const from = sql`FROM deliveries d INDEXED BY ${index}`
  const where = sql`d.status = 'dead' ${group} AND d.id < ${high}`
  const { mostRows } = joinScan
  const [through = 0] = positionsOf(
    database,
    sql`SELECT d.id ${from} WHERE ${where} ORDER BY d.id DESC LIMIT 1 OFFSET ${mostRows}`,
  )
  const joined = needsEvent(filter) ? sql`CROSS JOIN events e ON e.seq = d.event_seq` : sql``
  const positions = positionsOf(
    database,
    sql`SELECT d.id ${from} ${joined} WHERE ${where} AND d.id >= ${through}
      AND ${deliveryConditions(filter, { byId: !isByCode })} ORDER BY d.id DESC LIMIT ${wanted}`,
  )
  return { positions, through }
}

/** All that are pending, sorted: they may be anywhere. */
function findPending({ database, filter, high, wanted }: DeliveryQuery): Found {
  const joined = needsEvent(filter) ? sql`CROSS JOIN events e ON e.seq = d.event_seq` : sql``
  const positions = destinationsOf(database, filter.destination).flatMap((destination) =>
    positionsOf(
      database,
      sql`SELECT d.id FROM deliveries d INDEXED BY deliveries_pending ${joined}
        WHERE d.destination = ${destination} AND ${deliveryConditions(filter)} AND +d.id < ${high} ORDER BY d.id DESC LIMIT ${wanted}`,
    ),
  )
  return newestOf([{ positions, through: 0 }])
}

function findSkipped({ database, filter, high, wanted }: DeliveryQuery): Found {
  const joined = needsEvent(filter) ? sql`CROSS JOIN events e ON e.seq = d.event_seq` : sql``
  const positions = positionsOf(
    database,
    sql`SELECT d.id FROM deliveries d INDEXED BY deliveries_skipped_by_event ${joined}
      WHERE ${deliveryConditions(filter, { byId: true })} AND +d.id < ${high} ORDER BY d.id DESC LIMIT ${wanted}`,
  )
  return { positions, through: 0 }
}

/** When few events match; `undefined`: there are many, or too many to know. */
function findByFacets(query: DeliveryQuery): Found | undefined {
  if (!needsEvent(query.filter)) return undefined
  const { positions, nextCursor } = eventsOf(query, fewEvents)
  return nextCursor === null ? ofEvents(query, positions) : undefined
}

function scanDeliveries({ database, filter, high, wanted }: DeliveryQuery): Found {
  const isJoined = needsEvent(filter)
  const joined = isJoined ? sql`CROSS JOIN events e ON e.seq = d.event_seq` : sql``
  const received = database
    .prepare<[number], number>(
      'SELECT e.received_at FROM deliveries d CROSS JOIN events e ON e.seq = d.event_seq WHERE d.id >= ? ORDER BY d.id LIMIT 1',
    )
    .pluck()
  return scanWindows({
    filter,
    high,
    wanted,
    ...(isJoined ? joinScan : ownScan),
    receivedFrom: (position) => received.get(position),
    find: (window, limit) =>
      positionsOf(
        database,
        sql`SELECT d.id FROM deliveries d NOT INDEXED ${joined} WHERE d.id < ${window.high} AND d.id >= ${window.low}
          AND ${deliveryConditions(filter, { byId: true })} ORDER BY d.id DESC LIMIT ${limit}`,
      ),
  })
}
