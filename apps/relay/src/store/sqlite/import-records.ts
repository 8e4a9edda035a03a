import { createHash } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import type { ImportRecord, ImportRefusal, ImportRefusals, ImportSettings, ImportSource, NewImport } from '../imports-store.ts'
import type { AuditEntry, Page, PageRequest } from '../records.ts'
import { toPage } from './to-page.ts'

interface ImportRow {
  readonly id: number
  readonly created_at: number
  readonly actor: string
  readonly kind: ImportSource['kind']
  readonly settings: string
  readonly connections: number
  readonly connections_done: number
  readonly connections_refused: number
  readonly pages: number
  readonly stored: number
  readonly known: number
  readonly refused: number
  readonly held_code: string | null
  readonly held_message: string | null
  readonly is_cancelled: number
  readonly finished_at: number | null
}

interface RefusalRow {
  readonly connection_id: string
  readonly purchase_id: string
  readonly code: string
  readonly message: string
}

/** What is recorded of imports. */
export interface ImportRecords {
  add(request: NewImport): { readonly import: ImportRecord; readonly isNew: boolean }
  list(page: PageRequest): Page<ImportRecord>
  find(id: string): ImportRecord | undefined
  refusals(id: string): ImportRefusals
  cancel(request: { readonly id: string; readonly audit: AuditEntry }): ImportRecord | undefined
}

const firstRefusals = 20

/** Prepares the statements for recording and reading imports. */
export function importRecords(database: Database): ImportRecords {
  const columns = `id, created_at, actor, kind, settings, connections, connections_done, connections_refused, pages, stored, known,
    refused, held_code, held_message, is_cancelled, finished_at`
  const findSame = database.prepare<[string], ImportRow>(
    `SELECT ${columns} FROM imports WHERE finished_at IS NULL AND fingerprint = ? ORDER BY id LIMIT 1`,
  )
  const byId = database.prepare<[number], ImportRow>(`SELECT ${columns} FROM imports WHERE id = ?`)
  const newest = database.prepare<[number, number], ImportRow>(
    `SELECT ${columns} FROM imports WHERE id < ? ORDER BY id DESC LIMIT ?`,
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
    return row === undefined ? undefined : toRecord(row)
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
    const fingerprint = createHash('sha256').update(JSON.stringify({ source, settings })).digest('base64url')
    const same = findSame.get(fingerprint)
    if (same !== undefined) {
      insertAudit.run(at, actor, 'import', `import ${same.id}, which was running`)
      return { import: toRecord(same), isNew: false }
    }
    const id = Number(insert.run(at, actor, source.kind, JSON.stringify(settings), fingerprint).lastInsertRowid)
    const connections = addParts(id, source)
    const isEmpty = connections === 0 && source.kind !== 'customer'
    setConnections.run(connections, isEmpty ? at : null, id)
    insertAudit.run(at, actor, 'import', `import ${id}: ${describe(source, connections)}${describeSettings(settings)}`)
    const row = byId.get(id)
    if (row === undefined) throw new Error('The import was not recorded.')
    return { import: toRecord(row), isNew: true }
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
      toPage(newest.all(page.cursor ?? Number.MAX_SAFE_INTEGER, page.limit + 1), page.limit, (row) => row.id, toRecord),
    refusals: (id) => ({
      counts: refusalCounts.all(Number(id)),
      first: refusalRows.all(Number(id), firstRefusals).map(toRefusal),
    }),
  }
}

function toRecord(row: ImportRow): ImportRecord {
  const settings: ImportSettings = JSON.parse(row.settings)
  return {
    id: String(row.id),
    createdAt: row.created_at,
    actor: row.actor,
    kind: row.kind,
    settings,
    counts: {
      connections: row.connections,
      connectionsDone: row.connections_done,
      connectionsRefused: row.connections_refused,
      pages: row.pages,
      new: row.stored,
      known: row.known,
      refused: row.refused,
    },
    held: row.held_code === null ? null : { code: row.held_code, message: row.held_message ?? '' },
    isCancelled: row.is_cancelled === 1,
    finishedAt: row.finished_at,
  }
}

function toRefusal(row: RefusalRow): ImportRefusal {
  return {
    connectionId: row.connection_id === '' ? null : row.connection_id,
    purchaseId: row.purchase_id === '' ? null : row.purchase_id,
    code: row.code,
    message: row.message,
  }
}

/** A customer's id may be an email address: it is not told. */
function describe({ kind }: ImportSource, connections: number): string {
  if (kind === 'customer') return 'one customer'
  const noun = connections === 1 ? 'connection' : 'connections'
  return kind === 'known' ? `${connections} known ${noun}` : `${connections} ${noun}`
}

function describeSettings({ isDryRun, isMissed, since, until, destinations }: ImportSettings): string {
  return [
    isMissed ? ', what was missed' : '',
    since === null ? '' : `, since ${new Date(since).toISOString()}`,
    until === null ? '' : `, until ${new Date(until).toISOString()}`,
    destinations === null ? '' : `, to ${destinations.join(', ')}`,
    isDryRun ? ', dry run' : '',
  ].join('')
}
