import type { Person } from '../../erasure/person.ts'
import { selectedEvents, withoutPerson } from '../common/erased-selection.ts'
import type { ReplaySelection } from '../operations-store.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/** How far a table has been gone through in one go. */
interface SweptRows {
  /** The last row that was looked at. */
  readonly last: number
  /** There was no more. */
  readonly isEnd: boolean
}

interface ReplayRow {
  readonly id: number
  readonly selection: string
}

interface AuditRow {
  readonly id: number
  readonly event_id: string
}

const replaysSize = 500
const importsSize = 50
const auditSize = 1_000
const eventSubject = 'event '

/**
 * Takes the person out of what replays were asked for, and ends those that ask for nothing else: they would find nothing. Called after the
 * person's events were erased.
 */
export async function eraseReplays(
  { guard }: Pick<StoreContext, 'guard'>,
  session: SqlSession,
  person: Person,
  after: number,
  now: number,
): Promise<SweptRows> {
  const rows = await session.rows<ReplayRow>(
    'SELECT id, selection FROM relay.replays WHERE id > $1 ORDER BY id LIMIT $2',
    after,
    replaysSize,
  )
  const replays = rows.map(({ id, selection }) => {
    const parsed: ReplaySelection = JSON.parse(selection)
    return { id, selection: parsed }
  })
  const erased = await guard.erasedKeys(
    session,
    replays.flatMap(({ selection }) => selectedEvents(selection)),
  )
  for (const { id, selection } of replays) {
    const masked = withoutPerson(selection, person, (eventId) => erased.has(eventId))
    if (masked === undefined) continue
    await session.run(
      'UPDATE relay.replays SET selection = $2, finished_at = coalesce(finished_at, $3) WHERE id = $1',
      id,
      JSON.stringify(masked),
      now,
    )
    await session.run('UPDATE relay.replay_parts SET finished_at = $2 WHERE replay_id = $1 AND finished_at IS NULL', id, now)
  }
  return toSwept(rows, after, replaysSize)
}

/**
 * Takes the person out of imports: the parts that read their purchases, what was refused of them, and the hash of a request that could name
 * them. An import with nothing else to do ends.
 */
export async function eraseImports(
  session: SqlSession,
  { connections, customers }: Person,
  after: number,
  now: number,
): Promise<SweptRows> {
  const rows = await session.rows<{ readonly id: number }>(
    'SELECT id FROM relay.imports WHERE id > $1 ORDER BY id LIMIT $2',
    after,
    importsSize,
  )
  const ids = rows.map(({ id }) => id)
  const removed = await session.rows<{ readonly import_id: number }>(
    `DELETE FROM relay.import_parts WHERE import_id = ANY($1::bigint[])
     AND ((kind = 'connection' AND subject = ANY($2::text[])) OR (kind = 'customer' AND subject = ANY($3::text[]))) RETURNING import_id`,
    ids,
    [...connections],
    [...customers],
  )
  await session.run(
    'DELETE FROM relay.import_refusals WHERE import_id = ANY($1::bigint[]) AND connection_id = ANY($2::text[])',
    ids,
    [...connections],
  )
  await session.run(
    `UPDATE relay.imports i SET finished_at = $2 WHERE i.id = ANY($1::bigint[]) AND i.finished_at IS NULL
     AND NOT EXISTS (SELECT FROM relay.import_parts p WHERE p.import_id = i.id AND p.finished_at IS NULL)`,
    [...new Set(removed.map((row) => row.import_id))],
    now,
  )
  await session.run(
    "UPDATE relay.imports SET fingerprint = '' WHERE id = ANY($1::bigint[]) AND finished_at IS NOT NULL AND fingerprint <> ''",
    ids,
  )
  return toSwept(rows, after, importsSize)
}

/** Takes the ids of erased events out of the record of who looked at them. */
export async function eraseAudit({ guard }: Pick<StoreContext, 'guard'>, session: SqlSession, after: number): Promise<SweptRows> {
  const rows = await session.rows<AuditRow>(
    `SELECT id, CASE WHEN action = 'reveal' AND starts_with(subject, $3) THEN substr(subject, $4) ELSE '' END AS event_id
     FROM relay.audit WHERE id > $1 ORDER BY id LIMIT $2`,
    after,
    auditSize,
    eventSubject,
    eventSubject.length + 1,
  )
  const erased = await guard.erasedKeys(
    session,
    rows.flatMap((row) => (row.event_id === '' ? [] : row.event_id)),
  )
  const ids = rows.filter((row) => erased.has(row.event_id)).map(({ id }) => id)
  if (ids.length > 0) {
    await session.run("UPDATE relay.audit SET subject = 'an event that was erased' WHERE id = ANY($1::bigint[])", ids)
  }
  return toSwept(rows, after, auditSize)
}

function toSwept(rows: readonly { readonly id: number }[], after: number, size: number): SweptRows {
  return { last: rows.at(-1)?.id ?? after, isEnd: rows.length < size }
}
