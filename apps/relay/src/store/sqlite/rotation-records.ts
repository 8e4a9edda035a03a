import type { Database } from 'better-sqlite3'
import type { OpenRotation, RotationRow } from '../common/rotation-rows.ts'
import { describeRotation, rotationColumns, toOpenRotation, toRotationRecord } from '../common/rotation-rows.ts'
import type { Rewritten } from '../common/sealed-tables.ts'
import { toPage } from '../common/to-page.ts'
import type { RotationRecord } from '../encryption-store.ts'
import type { StoreCopies } from '../erasure-store.ts'
import type { Page, PageRequest } from '../records.ts'

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
  const open = database.prepare<[], RotationRow>(
    `SELECT ${rotationColumns} FROM encryption_rotations WHERE finished_at IS NULL ORDER BY id LIMIT 1`,
  )
  const byId = database.prepare<[number], RotationRow>(`SELECT ${rotationColumns} FROM encryption_rotations WHERE id = ?`)
  const newest = database.prepare<[number, number], RotationRow>(
    `SELECT ${rotationColumns} FROM encryption_rotations WHERE id < ? ORDER BY id DESC LIMIT ?`,
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
    if (running !== undefined) {
      insertAudit.run(at, actor, describeRotation(running.id, keyId, false))
      return { rotation: toRotationRecord(running), isNew: false }
    }
    const id = Number(insert.run(at, actor, keyId, total).lastInsertRowid)
    insertAudit.run(at, actor, describeRotation(id, keyId, true))
    const row = byId.get(id)
    if (row === undefined) throw new Error('The rotation was not recorded.')
    return { rotation: toRotationRecord(row), isNew: true }
  }).immediate

  return {
    add,
    list: (page) =>
      toPage(newest.all(page.cursor ?? Number.MAX_SAFE_INTEGER, page.limit + 1), page.limit, (row) => row.id, toRotationRecord),
    find(id) {
      const row = byId.get(Number(id))
      return row === undefined ? undefined : toRotationRecord(row)
    },
    open() {
      const row = open.get()
      return row === undefined ? undefined : toOpenRotation(row)
    },
    restart: (id, keyId) => void restart.run(keyId, id),
    advance: (id, { step, position }, checked, { rewritten, unreadable }) =>
      void advance.run(step, position, checked, rewritten, unreadable, id),
    markRewritten: (id, now) => void markRewritten.run(now, id),
    finish: (id, copies, now) => void finish.run(now, JSON.stringify(copies), id),
  }
}
