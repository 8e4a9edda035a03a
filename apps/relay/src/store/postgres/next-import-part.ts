import type { ImportPartRow } from '../common/import-rows.ts'
import { toImportPart } from '../common/import-rows.ts'
import type { ImportsStore, ImportWork, ImportWorkRequest } from '../imports-store.ts'
import { rowId } from './row-id.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/** Somebody who has a part may record it, or find more of them, at any time. */
const lookAgainMs = 5_000

/** Leases the part that an import goes on with: to one relay at a time, and to the next one when whoever had it is gone. */
export function nextImportPart({ database, timeFor }: StoreContext): ImportsStore['nextImportPart'] {
  return (request) =>
    database.transaction(
      async (session): Promise<ImportWork> => {
        const { afterImport, now } = request
        const after = rowId(afterImport) ?? 0
        const part = (await lease(session, after)) ?? (after === 0 ? undefined : await lease(session, 0))
        if (part !== undefined) return { part: toImportPart(part), dueAt: null }
        return { part: null, dueAt: (await firstDueAt(session, request, timeFor(now))) ?? null }

        function lease(session: SqlSession, afterId: number): Promise<ImportPartRow | undefined> {
          return leasePart(session, request, afterId, timeFor(now))
        }
      },
      { isRelaxed: true },
    )
}

/** A part that is being recorded at this moment is passed over. */
function leasePart(
  session: SqlSession,
  { now, leaseUntil, leaseToken }: ImportWorkRequest,
  afterId: number,
  time: number | null,
): Promise<ImportPartRow | undefined> {
  return session.row<ImportPartRow>(
    `WITH due AS MATERIALIZED (
       SELECT f.id FROM relay.imports i CROSS JOIN LATERAL (
         SELECT p.id FROM relay.import_parts p
         WHERE p.import_id = i.id AND p.finished_at IS NULL AND p.due_at <= (SELECT relay.now_ms($1::bigint))
           AND (p.lease_token IS NULL OR p.lease_token = $3 OR p.lease_ends_at <= (SELECT relay.now_ms($1::bigint)))
         ORDER BY p.due_at, p.id LIMIT 1 FOR UPDATE SKIP LOCKED
       ) f WHERE i.finished_at IS NULL AND i.id > $2 ORDER BY i.id LIMIT 1
     )
     UPDATE relay.import_parts p SET lease_token = $3, lease_ends_at = relay.now_ms($1::bigint) + $4::bigint
     FROM due, relay.imports i WHERE p.id = due.id AND i.id = p.import_id
     RETURNING p.id, p.import_id, p.kind, p.subject, p.cursor, p.failures, p.failed_at, i.settings`,
    time,
    afterId,
    leaseToken,
    leaseUntil - now,
  )
}

/** By the caller's clock. */
function firstDueAt(
  session: SqlSession,
  { now, leaseToken }: ImportWorkRequest,
  time: number | null,
): Promise<number | null | undefined> {
  return session.value<number | null>(
    `SELECT min(CASE WHEN p.lease_token <> $2 AND p.lease_ends_at > t.now
         THEN greatest(p.due_at, least(p.lease_ends_at, t.now + ${lookAgainMs})) ELSE p.due_at END - t.now) + $3::bigint
     FROM relay.imports i JOIN relay.import_parts p ON p.import_id = i.id AND p.finished_at IS NULL
     CROSS JOIN (SELECT relay.now_ms($1::bigint) AS now) t
     WHERE i.finished_at IS NULL`,
    time,
    leaseToken,
    now,
  )
}
