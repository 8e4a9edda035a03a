import type { Database } from 'better-sqlite3'
import { pageBytes } from '../common/page-bytes.ts'
import type { QuarantineRow } from '../common/quarantine-record.ts'
import { toQuarantineRecord } from '../common/quarantine-record.ts'
import { toPage } from '../common/to-page.ts'
import type { AuditEntry, Page, PageRequest, QuarantineRecord } from '../records.ts'
import { openQuarantined } from './quarantined-bodies.ts'

interface AuditRow extends AuditEntry {
  readonly id: number
}

/** Quarantined webhooks, newest first. A page of large ones is shorter. */
export function listQuarantine(database: Database, page: PageRequest): Page<QuarantineRecord> {
  const select = database.prepare<[number], QuarantineRow>(
    'SELECT id, body_hash, reason, fields, received_at, count, body FROM quarantine WHERE id < ? ORDER BY id DESC',
  )
  const rows: QuarantineRow[] = []
  let bytes = 0
  let isMore = false
  for (const row of select.iterate(page.cursor ?? Number.MAX_SAFE_INTEGER)) {
    bytes += row.body.length
    isMore = rows.length === page.limit || (rows.length > 0 && bytes > pageBytes)
    if (isMore) break
    rows.push(row)
  }
  const items = rows.map((row) => toQuarantineRecord(row, openQuarantined(database, row)))
  return { items, nextCursor: isMore ? (rows.at(-1)?.id ?? null) : null }
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
