import { notRecorded } from '../common/import-rows.ts'
import type { ImportPage, ImportProgress, ImportRefusal, ImportsStore } from '../imports-store.ts'
import { addConnectionParts } from './import-records.ts'
import { ingestEvents } from './ingest-events.ts'
import { OvertakenError } from './postgres-database.ts'
import { rowId } from './row-id.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

type Methods = 'resolveImportCustomer' | 'recordImportPage'

/** What is added to the counts of an import. */
interface AddedCounts {
  readonly connections?: number
  readonly connectionsDone?: number
  readonly pages?: number
  readonly stored?: number
  readonly known?: number
  readonly refusals: readonly ImportRefusal[]
}

/** A part that is not finished, of an import that is not. */
interface OpenPart {
  readonly cursor: string | null
}

const openPart = `FROM relay.import_parts p JOIN relay.imports i ON i.id = p.import_id
  WHERE p.id = $2 AND i.id = $1 AND p.finished_at IS NULL AND i.finished_at IS NULL`

/**
 * Records what was read for imports: the events and how far it got in one transaction. Whoever changes the parts of an import has its row
 * locked, so that of two relays the second one sees what the first one did.
 */
export function recordImports(context: StoreContext): Pick<ImportsStore, Methods> {
  const { database } = context
  return {
    recordImportPage: (page) =>
      database.transaction(async (session): Promise<ImportProgress> => {
        const { events, destinations, partId, now } = page
        const importId = rowId(page.importId)
        if (!isWanted(await session.row(`SELECT p.cursor ${openPart}`, importId, partId), page)) return notRecorded
        // It locks connections, so it comes before the part is locked.
        const outcomes = await ingestEvents(context, session, { events, destinations, pendingSince: now, isWhole: true })
        if (!isWanted(await lockPart(session, importId, partId), page)) throw new OvertakenError()
        const stored = outcomes.filter(({ result }) => result === 'stored').map(({ eventId }) => eventId)
        const known = page.known + outcomes.length - stored.length
        await markImported(session, importId, stored)
        await endPage(session, page)
        await addCounts(session, importId, {
          connectionsDone: page.isLast ? 1 : 0,
          pages: 1,
          stored: stored.length + page.found,
          known,
          refusals: page.refusals,
        })
        const isFinished = page.isLast && (await finishIfDone(session, importId, now))
        return { stored: stored.length, known, isFinished, isCancelled: false }
      }),
    resolveImportCustomer: ({ partId, connectionIds, refusals, now, ...request }) =>
      database.transaction(async (session): Promise<ImportProgress> => {
        const importId = rowId(request.importId)
        if ((await lockPart(session, importId, partId)) === undefined) return notRecorded
        const connections = await addConnectionParts(session, importId, connectionIds)
        await session.run(
          'UPDATE relay.import_parts SET subject = NULL, finished_at = $1, lease_token = NULL, lease_ends_at = NULL WHERE id = $2',
          now,
          partId,
        )
        await addCounts(session, importId, { connections, refusals })
        return { stored: 0, known: 0, isFinished: await finishIfDone(session, importId, now), isCancelled: false }
      }),
  }
}

/** Whether nobody has recorded the page or ended the part since it was read. */
function isWanted(part: OpenPart | undefined, { readFrom }: ImportPage): boolean {
  return part !== undefined && part.cursor === readFrom
}

/** The import first, by itself, so that the part is read as whoever had it locked left it. */
async function lockPart(session: SqlSession, importId: number | null, partId: number): Promise<OpenPart | undefined> {
  const [, part] = await Promise.all([
    session.run('SELECT FROM relay.imports WHERE id = $1 FOR NO KEY UPDATE', importId),
    session.row<OpenPart>(`SELECT p.cursor ${openPart} FOR UPDATE OF p`, importId, partId),
  ])
  return part
}

async function markImported(session: SqlSession, importId: number | null, eventIds: readonly string[]): Promise<void> {
  if (eventIds.length === 0) return
  await session.run('UPDATE relay.events SET import_id = $1 WHERE event_id = ANY($2::text[])', importId, eventIds)
}

/** Whoever has the part leased has read what is recorded here. */
async function endPage(session: SqlSession, { partId, cursor, isLast, now }: ImportPage): Promise<void> {
  await session.run(
    `UPDATE relay.import_parts SET cursor = $1, failures = 0, failed_at = NULL, due_at = 0, finished_at = $2, lease_token = NULL,
     lease_ends_at = NULL WHERE id = $3`,
    cursor,
    isLast ? now : null,
    partId,
  )
}

/** What gets on is not held. */
async function addCounts(session: SqlSession, importId: number | null, added: AddedCounts): Promise<void> {
  const { connections = 0, connectionsDone = 0, pages = 0, stored = 0, known = 0 } = added
  const refused = await addRefusals(session, importId, added.refusals)
  await session.run(
    `UPDATE relay.imports SET connections = connections + $1, connections_done = connections_done + $2,
     connections_refused = connections_refused + $3, pages = pages + $4, stored = stored + $5, known = known + $6,
     refused = refused + $7, held_code = NULL, held_message = NULL WHERE id = $8`,
    connections,
    connectionsDone,
    refused.connections,
    pages,
    stored,
    known,
    refused.purchases,
    importId,
  )
}

/** How many are new. */
async function addRefusals(
  session: SqlSession,
  importId: number | null,
  refusals: readonly ImportRefusal[],
): Promise<{ readonly connections: number; readonly purchases: number }> {
  const none = { connections: 0, purchases: 0 }
  if (refusals.length === 0) return none
  const counts = await session.row<typeof none>(
    `WITH added AS (
       INSERT INTO relay.import_refusals (import_id, connection_id, purchase_id, code, message)
       SELECT $1, r.* FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS r ON CONFLICT DO NOTHING RETURNING purchase_id
     )
     SELECT count(*) FILTER (WHERE purchase_id = '') AS connections, count(*) FILTER (WHERE purchase_id <> '') AS purchases FROM added`,
    importId,
    refusals.map(({ connectionId }) => connectionId ?? ''),
    refusals.map(({ purchaseId }) => purchaseId ?? ''),
    refusals.map(({ code }) => code),
    refusals.map(({ message }) => message),
  )
  return counts ?? none
}

async function finishIfDone(session: SqlSession, importId: number | null, now: number): Promise<boolean> {
  const finished = await session.run(
    `UPDATE relay.imports SET finished_at = $1, fingerprint = '', held_code = NULL, held_message = NULL WHERE id = $2
     AND NOT EXISTS (SELECT 1 FROM relay.import_parts WHERE import_id = $2 AND finished_at IS NULL)`,
    now,
    importId,
  )
  return finished > 0
}
