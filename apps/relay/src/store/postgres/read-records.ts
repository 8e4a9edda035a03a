import { pageBytes } from '../common/page-bytes.ts'
import { quarantinePlace } from '../common/quarantine-place.ts'
import type { QuarantineRow } from '../common/quarantine-record.ts'
import { toQuarantineRecord } from '../common/quarantine-record.ts'
import type { QuarantinedWebhook } from '../operations-store.ts'
import type { AuditEntry, Page, PageRequest, QuarantineRecord } from '../records.ts'
import { newestRows } from './newest-rows.ts'
import { rowId } from './row-id.ts'
import type { StoreContext } from './store-context.ts'

type Context = Pick<StoreContext, 'database' | 'sealer'>

interface AuditRow extends AuditEntry {
  readonly id: number
}

/** Quarantined webhooks, newest first. A page of large ones is shorter. */
export async function listQuarantine(context: Context, page: PageRequest): Promise<Page<QuarantineRecord>> {
  const columns = 'id, body_hash, reason, fields, received_at, count, body'
  const rows = await context.database.rows<QuarantineRow & { readonly found: number }>(
    `SELECT ${columns}, found FROM (
       SELECT *, row_number() OVER newest AS place, sum(octet_length(body)) OVER newest AS bytes, count(*) OVER () AS found
       FROM (SELECT ${columns} FROM relay.quarantine WHERE id < $1 ORDER BY id DESC LIMIT $2) AS newest_rows
       WINDOW newest AS (ORDER BY id DESC)) AS sized
     WHERE place = 1 OR (place <= $2 - 1 AND bytes <= $3) ORDER BY id DESC`,
    page.cursor ?? Number.MAX_SAFE_INTEGER,
    page.limit + 1,
    pageBytes,
  )
  const last = rows.at(-1)
  const items = rows.map((row) => toQuarantineRecord(row, openQuarantined(context, row)))
  return { items, nextCursor: last !== undefined && rows.length < last.found ? last.id : null }
}

/** One quarantined webhook; `undefined` when there is none with this id. */
export async function findQuarantined(context: Context, id: string): Promise<QuarantinedWebhook | undefined> {
  const row = await context.database.row<QuarantineRow & { readonly signed_at: number }>(
    'SELECT id, body_hash, reason, fields, signed_at, received_at, count, body FROM relay.quarantine WHERE id = $1',
    rowId(id),
  )
  if (row === undefined) return undefined
  const body = openQuarantined(context, row)
  return { ...toQuarantineRecord(row, body), signedAt: row.signed_at, rawBody: body ?? Buffer.alloc(0) }
}

/** What people did, newest first. */
export async function listAudit({ database }: Pick<Context, 'database'>, page: PageRequest): Promise<Page<AuditEntry>> {
  const from = { table: 'audit', columns: 'id, at, actor, action, subject' }
  return newestRows(database, from, page, ({ at, actor, action, subject }: AuditRow) => ({ at, actor, action, subject }))
}

/** `undefined`: it is damaged. */
function openQuarantined({ sealer }: Pick<Context, 'sealer'>, row: QuarantineRow): Buffer | undefined {
  return sealer.openBytes(row.body, quarantinePlace(row.body_hash))
}
