import type { Database } from 'better-sqlite3'
import type { RotationRecord } from '../encryption-store.ts'
import type { StoreCopies } from '../erasure-store.ts'
import type { Page, PageRequest } from '../records.ts'
import type { Rewritten } from './sealed-tables.ts'
import { toPage } from './to-page.ts'

interface RotationRow {
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

/** What is recorded of rotations. All but `add` are called inside the caller's transaction. */
export interface RotationRecords {
  add(rotation: { readonly at: number; readonly actor: string; readonly keyId: string | null; readonly total: number }): {
    readonly rotation: RotationRecord
    readonly isNew: boolean
  }
  list(page: PageRequest): Page<RotationRecord>
  find(id: string): RotationRecord | undefined
  open(): OpenRotation | undefined
  /** Begins again, with another key. */
  restart(id: number, keyId: string | null): void
  advance(id: number, place: Pick<OpenRotation, 'step' | 'position'>, checked: number, done: Rewritten): void
  markRewritten(id: number, now: number): void
  finish(id: number, copies: StoreCopies, now: number): void
}

/** Prepares the statements. */
export function rotationRecords(database: Database): RotationRecords {
  const columns =
    'id, created_at, actor, key_id, step, position, total, checked, rewritten, unreadable, copies, rewritten_at, finished_at'
  const open = database.prepare<[], RotationRow>(
    `SELECT ${columns} FROM encryption_rotations WHERE finished_at IS NULL ORDER BY id LIMIT 1`,
  )
  const byId = database.prepare<[number], RotationRow>(`SELECT ${columns} FROM encryption_rotations WHERE id = ?`)
  const newest = database.prepare<[number, number], RotationRow>(
    `SELECT ${columns} FROM encryption_rotations WHERE id < ? ORDER BY id DESC LIMIT ?`,
  )
  const insert = database.prepare('INSERT INTO encryption_rotations (created_at, actor, key_id, total) VALUES (?, ?, ?, ?)')
  const restart = database.prepare(
    `UPDATE encryption_rotations SET key_id = ?, step = 0, position = NULL, checked = 0, rewritten = 0, unreadable = 0,
     rewritten_at = NULL WHERE id = ?`,
  )
  const advance = database.prepare(
    `UPDATE encryption_rotations SET step = ?, position = ?, checked = checked + ?, rewritten = rewritten + ?,
     unreadable = unreadable + ? WHERE id = ?`,
  )
  const markRewritten = database.prepare('UPDATE encryption_rotations SET rewritten_at = ? WHERE id = ?')
  const finish = database.prepare('UPDATE encryption_rotations SET finished_at = ?, copies = ? WHERE id = ?')
  const insertAudit = database.prepare("INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, 'rotate', ?)")

  const add = database.transaction(({ at, actor, keyId, total }: Parameters<RotationRecords['add']>[0]) => {
    const running = open.get()
    const how = keyId === null ? 'without a key' : `with key ${keyId}`
    if (running !== undefined) {
      insertAudit.run(at, actor, `rotation ${running.id}, which was running: everything is stored ${how}`)
      return { rotation: toRecord(running), isNew: false }
    }
    const id = Number(insert.run(at, actor, keyId, total).lastInsertRowid)
    insertAudit.run(at, actor, `rotation ${id}: everything is stored ${how}`)
    const row = byId.get(id)
    if (row === undefined) throw new Error('The rotation was not recorded.')
    return { rotation: toRecord(row), isNew: true }
  }).immediate

  return {
    add,
    list: (page) =>
      toPage(newest.all(page.cursor ?? Number.MAX_SAFE_INTEGER, page.limit + 1), page.limit, (row) => row.id, toRecord),
    find(id) {
      const row = byId.get(Number(id))
      return row === undefined ? undefined : toRecord(row)
    },
    open() {
      const row = open.get()
      if (row === undefined) return undefined
      const { id, key_id: keyId, step, position, rewritten_at: rewrittenAt } = row
      return { id, keyId, step, position, isRewritten: rewrittenAt !== null }
    },
    restart: (id, keyId) => void restart.run(keyId, id),
    advance: (id, { step, position }, checked, { rewritten, unreadable }) =>
      void advance.run(step, position, checked, rewritten, unreadable, id),
    markRewritten: (id, now) => void markRewritten.run(now, id),
    finish: (id, copies, now) => void finish.run(now, JSON.stringify(copies), id),
  }
}

function toRecord(row: RotationRow): RotationRecord {
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
