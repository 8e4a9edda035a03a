import type { ImportsStore } from '../imports-store.ts'
import { importRecords } from './import-records.ts'
import { nextImportPart } from './next-import-part.ts'
import { recordImports } from './record-imports.ts'
import type { StoreContext } from './store-context.ts'
import { surveyReceipts } from './survey-receipts.ts'

/** Imports, on one PostgreSQL database. */
export function postgresImports(context: StoreContext): ImportsStore {
  const { database, guard, timeFor } = context
  return {
    ...importRecords(context),
    ...recordImports(context),
    nextImportPart: nextImportPart(context),
    async deferImportPart({ partId, leaseToken, failedAt, dueAt, now }) {
      await database.run(
        `UPDATE relay.import_parts SET failures = failures + CASE WHEN $3::bigint IS NULL THEN 0 ELSE 1 END,
         failed_at = coalesce($3, failed_at), due_at = greatest(0, relay.now_ms($4::bigint) + $5::bigint), lease_token = NULL,
         lease_ends_at = NULL WHERE id = $1 AND lease_token = $2 AND finished_at IS NULL`,
        partId,
        leaseToken,
        failedAt,
        timeFor(now),
        dueAt - now,
      )
    },
    async holdImports(hold) {
      await database.run(
        `UPDATE relay.imports SET held_code = $1, held_message = $2 WHERE id IN (
           SELECT id FROM relay.imports WHERE finished_at IS NULL AND (held_code, held_message) IS DISTINCT FROM ($1, $2)
           ORDER BY id FOR NO KEY UPDATE)`,
        hold?.code ?? null,
        hold?.message ?? null,
      )
    },
    async hurryImports() {
      await database.run(
        `UPDATE relay.import_parts SET due_at = 0 WHERE id IN (
           SELECT id FROM relay.import_parts WHERE finished_at IS NULL AND due_at > 0 ORDER BY id FOR UPDATE)`,
      )
    },
    async knownEvents(keys) {
      const stored = await database.rows<{ readonly idempotency_key: string }>(
        'SELECT idempotency_key FROM relay.events WHERE idempotency_key = ANY($1::text[])',
        keys,
      )
      const known = new Set(stored.map((row) => row.idempotency_key))
      const erased = await guard.erasedKeys(database, keys)
      return keys.filter((key) => known.has(key) || erased.has(key))
    },
    surveyReceipts: surveyReceipts(context),
  }
}
