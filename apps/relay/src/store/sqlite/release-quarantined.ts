import type { Database } from 'better-sqlite3'
import type { QuarantineRow } from '../common/quarantine-record.ts'
import { toQuarantineRecord } from '../common/quarantine-record.ts'
import type { QuarantinedWebhook, QuarantineRelease, QuarantineReleased } from '../operations-store.ts'
import type { IngestOutcome, IngestRequest } from '../store.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { openQuarantined } from './quarantined-bodies.ts'

/** One quarantined webhook; `undefined` when there is none with this id. */
export function findQuarantined(database: Database, id: string): QuarantinedWebhook | undefined {
  const row = database
    .prepare<[number], QuarantineRow & { readonly signed_at: number }>(
      'SELECT id, body_hash, reason, fields, signed_at, received_at, count, body FROM quarantine WHERE id = ?',
    )
    .get(Number(id))
  if (row === undefined) return undefined
  const body = openQuarantined(database, row)
  return { ...toQuarantineRecord(row, body), signedAt: row.signed_at, rawBody: body ?? Buffer.alloc(0) }
}

/** Moves a quarantined webhook to the events, in one transaction. */
export function releaseQuarantined(
  database: Database,
  counts: DeliveryCounts,
  ingest: (request: IngestRequest) => readonly IngestOutcome[],
): (release: QuarantineRelease) => QuarantineReleased {
  const remove = database.prepare('DELETE FROM quarantine WHERE id = ?')
  return database.transaction(({ id, event, destinations, now }: QuarantineRelease): QuarantineReleased => {
    if (remove.run(Number(id)).changes === 0) return { result: 'missing' }
    counts.count('quarantined', -1)
    if (event === null) return { result: 'ignored' }
    const [outcome] = ingest({ events: [event], destinations, pendingSince: now })
    if (outcome === undefined) throw new Error('The store gave no outcome.')
    if (outcome.result === 'ignored') return { result: 'ignored' }
    return { result: outcome.result, eventId: outcome.eventId }
  }).immediate
}
