import type { OpenRotation, RotationRow } from '../common/rotation-rows.ts'
import { describeRotation, rotationColumns, toOpenRotation, toRotationRecord } from '../common/rotation-rows.ts'
import type { Rewritten } from '../common/sealed-tables.ts'
import type { RotationRecord } from '../encryption-store.ts'
import type { Page, PageRequest } from '../records.ts'
import { newestRows } from './newest-rows.ts'
import { rowId } from './row-id.ts'
import type { SqlSession } from './sql-session.ts'

/** Records a rotation in a transaction in which nobody else does. One that still runs is returned instead. */
export async function addRotation(
  session: SqlSession,
  { at, actor, keyId }: { readonly at: number; readonly actor: string; readonly keyId: string | null },
): Promise<{ readonly rotation: RotationRecord; readonly isNew: boolean }> {
  await session.run("SELECT pg_advisory_xact_lock(hashtextextended('relay.rotations', 0))")
  const running = await openRow(session)
  const isNew = running === undefined
  const row = running ?? (await insertRotation(session, at, actor, keyId))
  if (row === undefined) throw new Error('The rotation was not recorded.')
  await session.run(
    "INSERT INTO relay.audit (at, actor, action, subject) VALUES ($1, $2, 'rotate', $3)",
    at,
    actor,
    describeRotation(row.id, keyId, isNew),
  )
  return { rotation: toRotationRecord(row), isNew }
}

/** The one that is unfinished. */
export async function openRotation(session: SqlSession): Promise<OpenRotation | undefined> {
  const row = await openRow(session)
  return row === undefined ? undefined : toOpenRotation(row)
}

/** One that is unfinished begins again with another key. */
export async function restartRotations(session: SqlSession, keyId: string | null): Promise<void> {
  await session.run(
    `UPDATE relay.encryption_rotations SET key_id = $1, step = 0, position = NULL, checked = 0, rewritten = 0, unreadable = 0,
     rewritten_at = NULL WHERE finished_at IS NULL AND key_id IS DISTINCT FROM $1`,
    keyId,
  )
}

/** Goes on behind what was looked at. */
export async function advanceRotation(
  session: SqlSession,
  id: number,
  { step, position }: Pick<OpenRotation, 'step' | 'position'>,
  checked: number,
  { rewritten, unreadable }: Rewritten,
): Promise<void> {
  await session.run(
    `UPDATE relay.encryption_rotations SET step = $2, position = $3, checked = checked + $4, rewritten = rewritten + $5,
     unreadable = unreadable + $6 WHERE id = $1`,
    id,
    step,
    position,
    checked,
    rewritten,
    unreadable,
  )
}

/** Every value is as it would be stored now. */
export async function markRewritten(session: SqlSession, id: number, now: number): Promise<void> {
  await session.run('UPDATE relay.encryption_rotations SET rewritten_at = $2 WHERE id = $1', id, now)
}

/** Ends a rotation to this key, which nobody else ended or began again. Whether it did. */
export async function finishRotation(
  session: SqlSession,
  { id, keyId }: Pick<OpenRotation, 'id' | 'keyId'>,
  now: number,
): Promise<boolean> {
  const finished = await session.run(
    `UPDATE relay.encryption_rotations SET finished_at = $3
     WHERE id = $1 AND key_id IS NOT DISTINCT FROM $2 AND rewritten_at IS NOT NULL AND finished_at IS NULL`,
    id,
    keyId,
    now,
  )
  return finished > 0
}

/** Rotations, newest first. */
export async function listRotations(session: SqlSession, page: PageRequest): Promise<Page<RotationRecord>> {
  return newestRows(session, { table: 'encryption_rotations', columns: rotationColumns }, page, toRotationRecord)
}

/** One rotation. */
export async function findRotation(session: SqlSession, id: string): Promise<RotationRecord | undefined> {
  const row = await session.row<RotationRow>(`SELECT ${rotationColumns} FROM relay.encryption_rotations WHERE id = $1`, rowId(id))
  return row === undefined ? undefined : toRotationRecord(row)
}

function openRow(session: SqlSession): Promise<RotationRow | undefined> {
  return session.row<RotationRow>(
    `SELECT ${rotationColumns} FROM relay.encryption_rotations WHERE finished_at IS NULL ORDER BY id LIMIT 1`,
  )
}

function insertRotation(session: SqlSession, at: number, actor: string, keyId: string | null): Promise<RotationRow | undefined> {
  return session.row<RotationRow>(
    `INSERT INTO relay.encryption_rotations (created_at, actor, key_id, total)
     SELECT $1, $2, $3, coalesce(sum(value), 0) FROM relay.counters WHERE name IN ('events', 'versions', 'quarantined')
     RETURNING ${rotationColumns}`,
    at,
    actor,
    keyId,
  )
}
