import type { Database } from 'better-sqlite3'
import type { ImportPartRow } from '../common/import-rows.ts'
import { notRecorded, toImportPart } from '../common/import-rows.ts'
import type { ImportPage, ImportProgress, ImportRefusal, ImportsStore, ImportWork, ImportWorkRequest } from '../imports-store.ts'
import type { IngestOutcome, IngestRequest } from '../store.ts'

/** The ways in which an import gets on. */
export interface ImportSteps {
  next(request: Pick<ImportWorkRequest, 'afterImport' | 'now'>): ImportWork
  resolveCustomer(request: Parameters<ImportsStore['resolveImportCustomer']>[0]): ImportProgress
  record(page: ImportPage): ImportProgress
}

/** Finds the work that is due, and records what was done: the events and how far it got in one transaction. */
export function advanceImport(database: Database, ingest: (request: IngestRequest) => readonly IngestOutcome[]): ImportSteps {
  const due = database.prepare<[number, number], ImportPartRow>(
    `SELECT p.id, p.import_id, p.kind, p.subject, p.cursor, p.failures, p.failed_at, i.settings
     FROM imports i CROSS JOIN import_parts p ON p.import_id = i.id AND p.finished_at IS NULL
     WHERE i.finished_at IS NULL AND i.id > ? AND p.due_at <= ? ORDER BY i.id, p.due_at, p.id LIMIT 1`,
  )
  const firstDueAt = database
    .prepare<[], number | null>(
      `SELECT min(p.due_at) FROM imports i CROSS JOIN import_parts p ON p.import_id = i.id AND p.finished_at IS NULL
       WHERE i.finished_at IS NULL`,
    )
    .pluck()
  const findOpen = database.prepare<[number], { readonly cursor: string | null }>(
    `SELECT p.cursor FROM import_parts p JOIN imports i ON i.id = p.import_id
     WHERE p.id = ? AND p.finished_at IS NULL AND i.finished_at IS NULL`,
  )
  const updatePart = database.prepare(
    'UPDATE import_parts SET cursor = ?, failures = 0, failed_at = NULL, due_at = 0, finished_at = ? WHERE id = ?',
  )
  const endCustomer = database.prepare('UPDATE import_parts SET subject = NULL, finished_at = ? WHERE id = ?')
  const insertPart = database.prepare("INSERT OR IGNORE INTO import_parts (import_id, kind, subject) VALUES (?, 'connection', ?)")
  const insertRefusal = database.prepare(
    'INSERT OR IGNORE INTO import_refusals (import_id, connection_id, purchase_id, code, message) VALUES (?, ?, ?, ?, ?)',
  )
  const addCounts = database.prepare(
    `UPDATE imports SET connections = connections + ?, connections_done = connections_done + ?,
     connections_refused = connections_refused + ?, pages = pages + ?, stored = stored + ?, known = known + ?, refused = refused + ?
     WHERE id = ?`,
  )
  const hasUnfinished = database
    .prepare<[number], number>('SELECT 1 FROM import_parts WHERE import_id = ? AND finished_at IS NULL LIMIT 1')
    .pluck()
  const finish = database.prepare(
    "UPDATE imports SET finished_at = ?, fingerprint = '', held_code = NULL, held_message = NULL WHERE id = ?",
  )
  const markImported = database.prepare('UPDATE events SET import_id = ? WHERE event_id = ?')

  function refuse(importId: number, refusals: readonly ImportRefusal[]): { connections: number; purchases: number } {
    const counts = { connections: 0, purchases: 0 }
    for (const { connectionId, purchaseId, code, message } of refusals) {
      const { changes } = insertRefusal.run(importId, connectionId ?? '', purchaseId ?? '', code, message)
      counts[purchaseId === null ? 'connections' : 'purchases'] += changes
    }
    return counts
  }

  function finishIfDone(importId: number, now: number): boolean {
    if (hasUnfinished.get(importId) !== undefined) return false
    finish.run(now, importId)
    return true
  }

  const record = database.transaction((page: ImportPage): ImportProgress => {
    const importId = Number(page.importId)
    const part = findOpen.get(page.partId)
    if (part === undefined || part.cursor !== page.readFrom) return notRecorded
    const outcomes =
      page.events.length === 0
        ? []
        : ingest({ events: page.events, destinations: page.destinations, pendingSince: page.now, isWhole: true })
    const stored = outcomes.filter(({ result }) => result === 'stored')
    for (const { eventId } of stored) markImported.run(importId, eventId)
    const known = page.known + outcomes.length - stored.length
    const refused = refuse(importId, page.refusals)
    updatePart.run(page.cursor, page.isLast ? page.now : null, page.partId)
    const done = page.isLast ? 1 : 0
    addCounts.run(0, done, refused.connections, 1, stored.length + page.found, known, refused.purchases, importId)
    return { stored: stored.length, known, isFinished: page.isLast && finishIfDone(importId, page.now), isCancelled: false }
  }).immediate

  const resolveCustomer = database.transaction((request: Parameters<ImportSteps['resolveCustomer']>[0]): ImportProgress => {
    const importId = Number(request.importId)
    if (findOpen.get(request.partId) === undefined) return notRecorded
    const added = request.connectionIds.reduce((count, id) => count + insertPart.run(importId, id).changes, 0)
    const refused = refuse(importId, request.refusals)
    endCustomer.run(request.now, request.partId)
    addCounts.run(added, 0, refused.connections, 0, 0, 0, 0, importId)
    return { stored: 0, known: 0, isFinished: finishIfDone(importId, request.now), isCancelled: false }
  }).immediate

  return {
    next({ afterImport, now }) {
      const row = due.get(Number(afterImport), now) ?? due.get(0, now)
      return row === undefined ? { part: null, dueAt: firstDueAt.get() ?? null } : { part: toImportPart(row), dueAt: null }
    },
    record,
    resolveCustomer,
  }
}
