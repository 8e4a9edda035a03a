import type { Database } from 'better-sqlite3'
import type { ImportRow, RefusalRow } from '../common/import-rows.ts'
import {
  describeImport,
  firstRefusals,
  importColumns,
  importFingerprint,
  toImportRecord,
  toImportRefusal,
} from '../common/import-rows.ts'
import { toPage } from '../common/to-page.ts'
import type { ImportRecord, ImportRefusals, ImportSource, NewImport } from '../imports-store.ts'
import type { AuditEntry, Page, PageRequest } from '../records.ts'

/** What is recorded of imports. */
export interface ImportRecords {
  add(request: NewImport): { readonly import: ImportRecord; readonly isNew: boolean }
  list(page: PageRequest): Page<ImportRecord>
  find(id: string): ImportRecord | undefined
  refusals(id: string): ImportRefusals
  cancel(request: { readonly id: string; readonly audit: AuditEntry }): ImportRecord | undefined
}

/** Prepares the statements for recording and reading imports. */
export function importRecords(database: Database): ImportRecords {
  const findSame = database.prepare<[string], ImportRow>(
    `SELECT ${importColumns} FROM imports WHERE finished_at IS NULL AND fingerprint = ? ORDER BY id LIMIT 1`,
  )
  const byId = database.prepare<[number], ImportRow>(`SELECT ${importColumns} FROM imports WHERE id = ?`)
  const newest = database.prepare<[number, number], ImportRow>(
    `SELECT ${importColumns} FROM imports WHERE id < ? ORDER BY id DESC LIMIT ?`,
  )
  const insert = database.prepare('INSERT INTO imports (created_at, actor, kind, settings, fingerprint) VALUES (?, ?, ?, ?, ?)')
  const insertPart = database.prepare('INSERT OR IGNORE INTO import_parts (import_id, kind, subject) VALUES (?, ?, ?)')
  const insertKnown = database.prepare(
    `INSERT INTO import_parts (import_id, kind, subject) SELECT DISTINCT ?, 'connection', connection_id FROM connection_history`,
  )
  const setConnections = database.prepare('UPDATE imports SET connections = ?, finished_at = ? WHERE id = ?')
  const insertAudit = database.prepare('INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, ?, ?)')
  const end = database.prepare(
    `UPDATE imports SET is_cancelled = 1, finished_at = ?, fingerprint = '', held_code = NULL, held_message = NULL WHERE id = ? AND finished_at IS NULL`,
  )
  const dropParts = database.prepare('DELETE FROM import_parts WHERE import_id = ? AND finished_at IS NULL')
  const refusalCounts = database.prepare<[number], { readonly code: string; readonly message: string; readonly count: number }>(
    'SELECT code, min(message) AS message, count(*) AS count FROM import_refusals WHERE import_id = ? GROUP BY code ORDER BY code',
  )
  const refusalRows = database.prepare<[number, number], RefusalRow>(
    'SELECT connection_id, purchase_id, code, message FROM import_refusals WHERE import_id = ? LIMIT ?',
  )

  function find(id: number): ImportRecord | undefined {
    const row = byId.get(id)
    return row === undefined ? undefined : toImportRecord(row)
  }

  function addParts(id: number, source: ImportSource): number {
    if (source.kind === 'known') return insertKnown.run(id).changes
    if (source.kind === 'customer') {
      insertPart.run(id, 'customer', source.customerId)
      return 0
    }
    return source.connectionIds.reduce((count, connectionId) => count + insertPart.run(id, 'connection', connectionId).changes, 0)
  }

  const add = database.transaction(({ at, actor, source, settings }: NewImport) => {
    const fingerprint = importFingerprint({ source, settings })
    const same = findSame.get(fingerprint)
    if (same !== undefined) {
      insertAudit.run(at, actor, 'import', `import ${same.id}, which was running`)
      return { import: toImportRecord(same), isNew: false }
    }
    const id = Number(insert.run(at, actor, source.kind, JSON.stringify(settings), fingerprint).lastInsertRowid)
    const connections = addParts(id, source)
    const isEmpty = connections === 0 && source.kind !== 'customer'
    setConnections.run(connections, isEmpty ? at : null, id)
    insertAudit.run(at, actor, 'import', `import ${id}: ${describeImport(source, connections, settings)}`)
    const row = byId.get(id)
    if (row === undefined) throw new Error('The import was not recorded.')
    return { import: toImportRecord(row), isNew: true }
  }).immediate

  const cancel = database.transaction(({ id, audit }: { readonly id: string; readonly audit: AuditEntry }) => {
    if (end.run(audit.at, Number(id)).changes > 0) {
      dropParts.run(Number(id))
      insertAudit.run(audit.at, audit.actor, audit.action, audit.subject)
    }
    return find(Number(id))
  }).immediate

  return {
    add,
    cancel,
    find: (id) => find(Number(id)),
    list: (page) =>
      toPage(newest.all(page.cursor ?? Number.MAX_SAFE_INTEGER, page.limit + 1), page.limit, (row) => row.id, toImportRecord),
    refusals: (id) => ({
      counts: refusalCounts.all(Number(id)),
      first: refusalRows.all(Number(id), firstRefusals).map(toImportRefusal),
    }),
  }
}
