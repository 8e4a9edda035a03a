import type { Identity } from '../../erasure/identity.ts'
import type { Person } from '../../erasure/person.ts'
import type { ErasureRow, OpenErasure } from '../common/erasure-rows.ts'
import { erasureColumns, toErasureRecord } from '../common/erasure-rows.ts'
import type { SubjectRow } from '../common/erasure-subjects.ts'
import { isWeak, newSubjectRows, personOf, toSubjects } from '../common/erasure-subjects.ts'
import type { ErasureRecord, ErasureStore, NewErasure } from '../erasure-store.ts'
import type { Page, PageRequest } from '../records.ts'
import { newestRows } from './newest-rows.ts'
import { rowId } from './row-id.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/** What was erased of a person. */
export interface ErasedCounts {
  readonly events: number
  readonly versions: number
  readonly deliveries: number
  readonly quarantined: number
}

/** Nothing was erased. */
export const nothingErased: ErasedCounts = { events: 0, versions: 0, deliveries: 0, quarantined: 0 }

type RecordContext = Pick<StoreContext, 'sealer' | 'hash' | 'guard'>
type Unblock = Parameters<ErasureStore['unblockErasure']>[0]

const insertAudit = "INSERT INTO relay.audit (at, actor, action, subject) VALUES ($1, $2, 'erase', $3)"

/** Records an erasure. Its blocks are there before anybody stores another event, and what others were storing is there to be found. */
export async function addErasure(
  context: RecordContext,
  session: SqlSession,
  { at, actor, person, isBlocking, through }: NewErasure,
): Promise<{ readonly erasure: ErasureRecord; readonly isNew: boolean }> {
  const { kind } = person.given
  await context.guard.exclude(session)
  const running = (await sameErasures(context, session, person.given)).find((row) => row.erased_at === null)
  const how = `one person by ${kind}${isBlocking ? ', later events are dropped' : ''}`
  if (running !== undefined) {
    if (isBlocking) await session.run('UPDATE relay.erasures SET is_blocking = 1 WHERE id = $1', running.id)
    await keepPerson(context, session, { id: running.id, isBlocking: isBlocking || running.is_blocking === 1 }, person)
    await session.run(insertAudit, at, actor, `erasure ${running.id}, which was running: ${how}`)
    return { erasure: await needErasure(session, running.id), isNew: false }
  }
  const id = await session.value<number>(
    `INSERT INTO relay.erasures (created_at, actor, kind, identity_hash, is_blocking, through, customers, connections)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
    at,
    actor,
    kind,
    context.hash(kind, person.given.value),
    isBlocking ? 1 : 0,
    through,
    person.customers.size,
    person.connections.size,
  )
  if (id === undefined) throw new Error('The erasure was not recorded.')
  await keepPerson(context, session, { id, isBlocking }, person)
  await session.run(insertAudit, at, actor, `erasure ${id}: ${how}`)
  return { erasure: await needErasure(session, id), isNew: true }
}

/** Remembers by what the person is known, and blocks what comes of them. */
export async function keepPerson(
  { sealer, hash }: RecordContext,
  session: SqlSession,
  { id, isBlocking }: Pick<OpenErasure, 'id' | 'isBlocking'>,
  person: Person,
): Promise<void> {
  const added = newSubjectRows(sealer, id, person, await storedSubjects(session, id))
  const blocks = toSubjects(person).map((subject) => ({ block: hash(subject.kind, subject.value), isWeak: isWeak(subject) }))
  await Promise.all([
    session.run(
      `INSERT INTO relay.erasure_subjects (erasure_id, kind, value, is_given)
       SELECT $1, kind, value, is_given FROM unnest($2::text[], $3::text[], $4::smallint[]) AS s (kind, value, is_given)
       ON CONFLICT DO NOTHING`,
      id,
      added.map((row) => row.kind),
      added.map((row) => row.value),
      added.map((row) => row.is_given),
    ),
    session.run(
      `INSERT INTO relay.erasure_blocks AS b (hash, erasure_id, is_weak, is_temporary)
       SELECT hash, $1, min(is_weak), $4 FROM unnest($2::bytea[], $3::smallint[]) AS s (hash, is_weak) GROUP BY hash ORDER BY hash
       ON CONFLICT (hash, erasure_id) DO UPDATE
       SET is_weak = least(b.is_weak, excluded.is_weak), is_temporary = excluded.is_temporary`,
      id,
      blocks.map(({ block }) => block),
      blocks.map((one) => (one.isWeak ? 1 : 0)),
      isBlocking ? 0 : 1,
    ),
    session.run(
      'UPDATE relay.erasures SET customers = $2, connections = $3 WHERE id = $1',
      id,
      person.customers.size,
      person.connections.size,
    ),
  ])
}

/** The oldest whose events are still to be erased. */
export async function openErasure({ sealer }: RecordContext, session: SqlSession): Promise<OpenErasure | undefined> {
  const row = await session.row<ErasureRow>(
    `SELECT ${erasureColumns} FROM relay.erasures WHERE finished_at IS NULL AND erased_at IS NULL ORDER BY id LIMIT 1`,
  )
  if (row === undefined) return undefined
  const person = personOf(sealer, row.id, await storedSubjects(session, row.id))
  return { id: row.id, isBlocking: row.is_blocking === 1, through: row.through, person }
}

/** Those of which only dead rows may be left. */
export async function erasedErasures(session: SqlSession): Promise<readonly number[]> {
  const rows = await session.rows<{ readonly id: number }>(
    'SELECT id FROM relay.erasures WHERE finished_at IS NULL AND erased_at IS NOT NULL ORDER BY id',
  )
  return rows.map(({ id }) => id)
}

/** Adds to what was erased. */
export async function addErased(session: SqlSession, id: number, counts: ErasedCounts): Promise<void> {
  const { events, versions, deliveries, quarantined } = counts
  if (events + versions + deliveries + quarantined === 0) return
  await session.run(
    `UPDATE relay.erasures SET events = events + $2, versions = versions + $3, deliveries = deliveries + $4,
     quarantined = quarantined + $5 WHERE id = $1`,
    id,
    events,
    versions,
    deliveries,
    quarantined,
  )
}

/** Nothing of the person is left: who it was is forgotten. */
export async function markErased(session: SqlSession, id: number, now: number): Promise<void> {
  await Promise.all([
    session.run('DELETE FROM relay.erasure_subjects WHERE erasure_id = $1', id),
    session.run('DELETE FROM relay.erasure_blocks WHERE erasure_id = $1 AND is_temporary = 1', id),
    session.run('UPDATE relay.erasures SET erased_at = $2 WHERE id = $1', id, now),
  ])
}

/** Those of the erasures that nobody else finished before. */
export async function finishErasures(session: SqlSession, ids: readonly number[], now: number): Promise<readonly string[]> {
  const rows = await session.rows<{ readonly id: number }>(
    'UPDATE relay.erasures SET finished_at = $2 WHERE id = ANY($1::bigint[]) AND finished_at IS NULL RETURNING id',
    ids,
    now,
  )
  return rows.map(({ id }) => String(id)).toSorted()
}

/** Ends the blocks of an erasure, on record. */
export async function unblockErasure(session: SqlSession, { id, at, actor }: Unblock): Promise<ErasureRecord | undefined> {
  const row = await session.row<ErasureRow>(
    `UPDATE relay.erasures SET is_blocking = 0 WHERE id = $1 RETURNING ${erasureColumns}`,
    rowId(id),
  )
  if (row === undefined) return undefined
  await session.run('DELETE FROM relay.erasure_blocks WHERE erasure_id = $1', row.id)
  await session.run(insertAudit, at, actor, `erasure ${row.id}: later events are taken again`)
  return toErasureRecord(row)
}

/** Erasures, newest first. */
export async function listErasures(session: SqlSession, page: PageRequest): Promise<Page<ErasureRecord>> {
  return newestRows(session, { table: 'erasures', columns: erasureColumns }, page, toErasureRecord)
}

/** One erasure. */
export async function findErasure(session: SqlSession, id: string): Promise<ErasureRecord | undefined> {
  const row = await session.row<ErasureRow>(`SELECT ${erasureColumns} FROM relay.erasures WHERE id = $1`, rowId(id))
  return row === undefined ? undefined : toErasureRecord(row)
}

/** The newest erasures of one identity, as they are stored. */
export function sameErasures(
  { hash }: Pick<RecordContext, 'hash'>,
  session: SqlSession,
  { kind, value }: Identity,
): Promise<readonly ErasureRow[]> {
  return session.rows<ErasureRow>(
    `SELECT ${erasureColumns} FROM relay.erasures WHERE kind = $1 AND identity_hash = $2 ORDER BY id DESC LIMIT 20`,
    kind,
    hash(kind, value),
  )
}

async function needErasure(session: SqlSession, id: number): Promise<ErasureRecord> {
  const found = await findErasure(session, String(id))
  if (found === undefined) throw new Error('The erasure was not recorded.')
  return found
}

function storedSubjects(session: SqlSession, id: number): Promise<readonly SubjectRow[]> {
  return session.rows<SubjectRow>('SELECT kind, value, is_given FROM relay.erasure_subjects WHERE erasure_id = $1', id)
}
