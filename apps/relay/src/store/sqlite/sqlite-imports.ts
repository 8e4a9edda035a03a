import type { Database } from 'better-sqlite3'
import type { ImportsStore } from '../imports-store.ts'
import type { IngestOutcome, IngestRequest } from '../store.ts'
import { advanceImport } from './advance-import.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import { importRecords } from './import-records.ts'
import type { StoreReader } from './store-reader.ts'

/** Imports, on one SQLite file. `checkFile` throws when the file is gone or the disk is nearly full. */
export function sqliteImports(
  database: Database,
  ingest: (request: IngestRequest) => readonly IngestOutcome[],
  guard: ErasureGuard,
  checkFile: () => void,
): Omit<ImportsStore, keyof StoreReader> {
  const records = importRecords(database)
  const steps = advanceImport(database, ingest)
  const isKnown = database.prepare<[string], number>('SELECT 1 FROM events WHERE idempotency_key = ?').pluck()
  const defer = database.prepare(
    `UPDATE import_parts SET failures = failures + iif(:failedAt IS NULL, 0, 1), failed_at = coalesce(:failedAt, failed_at),
     due_at = :dueAt WHERE id = :partId AND finished_at IS NULL`,
  )
  const hold = database.prepare('UPDATE imports SET held_code = ?, held_message = ? WHERE finished_at IS NULL')
  const hurry = database.prepare('UPDATE import_parts SET due_at = 0 WHERE finished_at IS NULL AND due_at > 0')
  return {
    addImport: async (request) => {
      checkFile()
      return records.add(request)
    },
    nextImportPart: async (request) => steps.next(request),
    resolveImportCustomer: async (request) => {
      checkFile()
      return steps.resolveCustomer(request)
    },
    recordImportPage: async (page) => {
      checkFile()
      return steps.record(page)
    },
    deferImportPart: async ({ partId, failedAt, dueAt }) => {
      defer.run({ partId, failedAt, dueAt })
    },
    holdImports: async (reason) => {
      hold.run(reason?.code ?? null, reason?.message ?? null)
    },
    hurryImports: async () => {
      hurry.run()
    },
    cancelImport: async (request) => records.cancel(request),
    listImports: async (page) => records.list(page),
    findImport: async (id) => records.find(id),
    importRefusals: async (id) => records.refusals(id),
    knownEvents: async (keys) => keys.filter((key) => isKnown.get(key) !== undefined || guard.isErasedKey(key)),
  }
}
