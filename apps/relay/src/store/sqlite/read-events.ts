import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Database } from 'better-sqlite3'
import type { AttemptRecord, EventDetail, EventFilter, EventRecord, Page, PageRequest } from '../records.ts'
import { eventConditions } from './filter-conditions.ts'
import type { DeliveryRow } from './list-deliveries.ts'
import { toDeliveryRecord } from './list-deliveries.ts'
import { queryBuilder } from './query-builder.ts'
import { toPage } from './to-page.ts'

interface EventRow {
  readonly seq: number
  readonly body: string
  readonly received_at: number
  readonly versions: number
  readonly payload_deleted_at: number | null
}

/** Events that match, newest first. */
export function listEvents(database: Database, filter: EventFilter, page: PageRequest): Page<EventRecord> {
  let query = queryBuilder
    .selectFrom('events as e')
    .select(['e.seq', 'e.body', 'e.received_at', 'e.payload_deleted_at'])
    .select((builder) =>
      builder
        .selectFrom('event_versions as v')
        .select((count) => count.fn.countAll<number>().as('count'))
        .whereRef('v.event_seq', '=', 'e.seq')
        .as('versions'),
    )
    .where(eventConditions(filter))
    .orderBy('e.seq', 'desc')
    .limit(page.limit + 1)
  if (page.cursor !== undefined) query = query.where('e.seq', '<', page.cursor)
  const { sql, parameters } = query.compile()
  const rows = database.prepare<unknown[], EventRow>(sql).all(...parameters)
  return toPage(rows, page.limit, (row) => row.seq, toEventRecord)
}

/** One event with its deliveries and their failed attempts. */
export function findEvent(database: Database, eventId: string): EventDetail | undefined {
  const row = database
    .prepare<[string], EventRow>(
      `SELECT seq, body, received_at, payload_deleted_at, (SELECT count(*) FROM event_versions v WHERE v.event_seq = seq) AS versions
       FROM events WHERE event_id = ?`,
    )
    .get(eventId)
  if (row === undefined) return undefined
  const deliveries = database
    .prepare<[number], DeliveryRow>(
      `SELECT d.id, e.event_id, e.type, d.destination, d.status, d.due_at, d.attempts, d.settled_at, d.skip_reason, d.error_code,
       d.error_message, d.replay_id FROM deliveries d JOIN events e ON e.seq = d.event_seq WHERE d.event_seq = ? ORDER BY d.id`,
    )
    .all(row.seq)
  const attempts = database.prepare<[number], AttemptRecord>(
    'SELECT number, at, outcome, code, message, status FROM attempts WHERE delivery_id = ? ORDER BY number',
  )
  return {
    ...toEventRecord(row),
    deliveries: deliveries.map((delivery) => ({ ...toDeliveryRecord(delivery), failedAttempts: attempts.all(delivery.id) })),
  }
}

function toEventRecord(row: EventRow): EventRecord {
  const event: SubtotalEvent = JSON.parse(row.body)
  return { event, receivedAt: row.received_at, versions: row.versions, payloadDeletedAt: row.payload_deleted_at }
}
