import type { Database } from 'better-sqlite3'
import type { AuditEntry, Page, PageRequest, QuarantineRecord } from '../records.ts'
import { openQuarantined } from './quarantined-bodies.ts'
import { toPage } from './to-page.ts'

/** A quarantined webhook as it is stored. */
export interface QuarantineRow {
  readonly id: number
  readonly body_hash: string
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
      'SELECT id, body_hash, reason, fields, received_at, count, body FROM quarantine WHERE id < ? ORDER BY id DESC LIMIT ?',
    )
    .all(page.cursor ?? Number.MAX_SAFE_INTEGER, page.limit + 1)
  return toPage(
    rows,
    page.limit,
    (row) => row.id,
    (row) => toQuarantineRecord(row, openQuarantined(database, row)),
  )
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

/** A quarantined webhook as people see it. `body`: opened; `undefined`: it is damaged, and shown as empty. */
export function toQuarantineRecord(row: QuarantineRow, body: Buffer = Buffer.alloc(0)): QuarantineRecord {
  const fields: readonly string[] = JSON.parse(row.fields)
  return {
    id: String(row.id),
    reason: row.reason,
    fields,
    receivedAt: row.received_at,
    count: row.count,
    bytes: body.length,
    body: body.toString('utf8'),
  }
}
