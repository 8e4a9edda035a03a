import type { Database } from 'better-sqlite3'
import type { DeliveryFilter, DeliveryRecord, DeliveryStatus, Page, PageRequest } from '../records.ts'
import { deliveryConditions } from './filter-conditions.ts'
import { queryBuilder } from './query-builder.ts'
import { toPage } from './to-page.ts'
import { waitingDueAt } from './waiting-due-at.ts'

/** A delivery with what is shown of its event. */
export interface DeliveryRow {
  readonly id: number
  readonly event_id: string
  readonly type: string
  readonly destination: string
  readonly status: DeliveryStatus
  readonly due_at: number
  readonly attempts: number
  readonly settled_at: number | null
  readonly skip_reason: string | null
  readonly error_code: string | null
  readonly error_message: string | null
  readonly replay_id: number | null
}

/** Deliveries that match, newest first. */
export function listDeliveries(database: Database, filter: DeliveryFilter, page: PageRequest): Page<DeliveryRecord> {
  let query = queryBuilder
    .selectFrom('deliveries as d')
    .innerJoin('events as e', 'e.seq', 'd.event_seq')
    .select(['d.id', 'e.event_id', 'e.type', 'd.destination', 'd.status', 'd.due_at', 'd.attempts', 'd.settled_at'])
    .select(['d.skip_reason', 'd.error_code', 'd.error_message', 'd.replay_id'])
    .where(deliveryConditions(filter, { byId: filter.destination === undefined || filter.code === undefined }))
    .orderBy('d.id', 'desc')
    .limit(page.limit + 1)
  if (page.cursor !== undefined) query = query.where('d.id', '<', page.cursor)
  const { sql, parameters } = query.compile()
  const rows = database.prepare<unknown[], DeliveryRow>(sql).all(...parameters)
  return toPage(rows, page.limit, (row) => row.id, toDeliveryRecord)
}

/** A delivery as people see it. */
export function toDeliveryRecord(row: DeliveryRow): DeliveryRecord {
  const isWaiting = row.status === 'pending' && row.due_at === waitingDueAt
  return {
    id: String(row.id),
    eventId: row.event_id,
    eventType: row.type,
    destination: row.destination,
    status: row.status,
    attempts: row.attempts,
    dueAt: row.status === 'pending' && !isWaiting ? row.due_at : null,
    settledAt: row.settled_at,
    reason: isWaiting ? 'waits to be completed from Subtotal' : row.skip_reason,
    replayId: row.replay_id === null ? null : String(row.replay_id),
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
  }
}
