import type { Database } from 'better-sqlite3'
import type { AuditEntry, Page, PageRequest, QuarantineRecord } from '../records.ts'
import { toPage } from './to-page.ts'

/** A quarantined webhook as it is stored. */
export interface QuarantineRow {
  readonly id: number
  readonly reason: string
  readonly fields: string
  readonly received_at: number
  readonly count: number
  readonly body: Buffer
}

interface AuditRow extends AuditEntry {
  readonly id: number
}

/** Quarantined webhooks, newest first. */
export function listQuarantine(database: Database, page: PageRequest): Page<QuarantineRecord> {
  const rows = database
    .prepare<[number, number], QuarantineRow>(
      'SELECT id, reason, fields, received_at, count, body FROM quarantine WHERE id < ? ORDER BY id DESC LIMIT ?',
    )
    .all(page.cursor ?? Number.MAX_SAFE_INTEGER, page.limit + 1)
  return toPage(rows, page.limit, (row) => row.id, toQuarantineRecord)
}

/** What people did, newest first. */
export function listAudit(database: Database, page: PageRequest): Page<AuditEntry> {
  const rows = database
    .prepare<[number, number], AuditRow>('SELECT id, at, actor, action, subject FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?')
    .all(page.cursor ?? Number.MAX_SAFE_INTEGER, page.limit + 1)
  return toPage(
    rows,
    page.limit,
    (row) => row.id,
    ({ at, actor, action, subject }) => ({ at, actor, action, subject }),
  )
}

/** A quarantined webhook as people see it. */
export function toQuarantineRecord(row: QuarantineRow): QuarantineRecord {
  const fields: readonly string[] = JSON.parse(row.fields)
  return {
    id: String(row.id),
    reason: row.reason,
    fields,
    receivedAt: row.received_at,
    count: row.count,
    bytes: row.body.length,
    body: row.body.toString('utf8'),
  }
}
