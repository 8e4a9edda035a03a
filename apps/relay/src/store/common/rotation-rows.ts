import type { RotationRecord } from '../encryption-store.ts'
import type { StoreCopies } from '../erasure-store.ts'

/** A rotation as it is stored. */
export interface RotationRow {
  readonly id: number
  readonly created_at: number
  readonly actor: string
  readonly key_id: string | null
  readonly step: number
  readonly position: string | null
  readonly total: number
  readonly checked: number
  readonly rewritten: number
  readonly unreadable: number
  readonly copies: string
  readonly rewritten_at: number | null
  readonly finished_at: number | null
}

/** The columns of {@link RotationRow}. */
export const rotationColumns =
  'id, created_at, actor, key_id, step, position, total, checked, rewritten, unreadable, copies, rewritten_at, finished_at'

/** Where a rotation is. */
export interface OpenRotation {
  readonly id: number
  readonly keyId: string | null
  /** The number of the table. */
  readonly step: number
  /** The key of the last row that was looked at; `null`: none of the table. */
  readonly position: string | null
  readonly isRewritten: boolean
}

/** Where a stored rotation is. */
export function toOpenRotation(row: RotationRow): OpenRotation {
  const { id, key_id: keyId, step, position, rewritten_at: rewrittenAt } = row
  return { id, keyId, step, position, isRewritten: rewrittenAt !== null }
}

/** What is on record when somebody asks for a rotation. */
export function describeRotation(id: number, keyId: string | null, isNew: boolean): string {
  const how = keyId === null ? 'without a key' : `with key ${keyId}`
  return isNew ? `rotation ${id}: everything is stored ${how}` : `rotation ${id}, which was running: everything is stored ${how}`
}

/** A rotation as people see it. */
export function toRotationRecord(row: RotationRow): RotationRecord {
  const copies: StoreCopies = JSON.parse(row.copies)
  return {
    id: String(row.id),
    createdAt: row.created_at,
    actor: row.actor,
    keyId: row.key_id,
    total: row.total,
    checked: row.checked,
    rewritten: row.rewritten,
    unreadable: row.unreadable,
    copies,
    rewrittenAt: row.rewritten_at,
    finishedAt: row.finished_at,
  }
}
