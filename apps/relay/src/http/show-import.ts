import type { ImportRecord, ImportRefusals } from '../store/imports-store.ts'
import { toIso } from './to-iso.ts'

/** An import for people: what was asked for without the customer, and how far it is. */
export function showImport(record: ImportRecord): object {
  const { id, createdAt, finishedAt, actor, kind, settings, counts, held } = record
  return {
    id,
    status: statusOf(record),
    createdAt: toIso(createdAt),
    finishedAt: toIso(finishedAt),
    actor,
    source: kind === 'known' ? 'missed' : kind,
    dryRun: settings.isDryRun,
    since: toIso(settings.since),
    until: toIso(settings.until),
    destinations: settings.destinations,
    held,
    connections: { total: counts.connections, done: counts.connectionsDone, refused: counts.connectionsRefused },
    pages: counts.pages,
    purchases: {
      seen: counts.new + counts.known + counts.refused,
      new: counts.new,
      known: counts.known,
      refused: counts.refused,
    },
  }
}

/** With what was refused. */
export function showImportDetail(record: ImportRecord, { counts, first }: ImportRefusals): object {
  return {
    ...showImport(record),
    refusals: counts,
    firstRefused: first.map(({ connectionId, purchaseId, code }) => ({ connection: connectionId, purchase: purchaseId, code })),
  }
}

function statusOf({ finishedAt, isCancelled, held }: ImportRecord): string {
  if (isCancelled) return 'cancelled'
  if (finishedAt !== null) return 'finished'
  return held === null ? 'running' : 'held'
}
