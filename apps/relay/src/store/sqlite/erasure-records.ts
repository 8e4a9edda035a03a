import type { Database } from 'better-sqlite3'
import type { Identity } from '../../erasure/identity.ts'
import type { Person } from '../../erasure/person.ts'
import type { ErasureRow, OpenErasure } from '../common/erasure-rows.ts'
import { erasureColumns, toErasureRecord } from '../common/erasure-rows.ts'
import { isWeak, toSubjects } from '../common/erasure-subjects.ts'
import { toPage } from '../common/to-page.ts'
import type { ErasureRecord, NewErasure, StoreCopies } from '../erasure-store.ts'
import type { Page, PageRequest } from '../records.ts'
import type { ErasedCounts } from './erase-events.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import { erasureSubjects } from './erasure-subjects.ts'

/** What is recorded of erasures. All but `add` and `unblock` are called inside the caller's transaction. */
export interface ErasureRecords {
  add(erasure: NewErasure): { readonly erasure: ErasureRecord; readonly isNew: boolean }
  list(page: PageRequest): Page<ErasureRecord>
  find(id: string): ErasureRecord | undefined
  earlier(identity: Identity): readonly ErasureRecord[]
  /** The oldest whose events are still to be erased. */
  nextOpen(): OpenErasure | undefined
  /** Those whose file is still to be cleaned. */
  erased(): readonly number[]
  addSubjects(erasure: OpenErasure, person: Person): void
  addCounts(id: number, counts: ErasedCounts & { readonly quarantined: number }): void
  /** Nothing of the person is left: who it was is forgotten. */
  markErased(id: number, now: number): void
  finish(ids: readonly number[], copies: StoreCopies, now: number): void
  unblock(request: { readonly id: string; readonly at: number; readonly actor: string }): ErasureRecord | undefined
}

/** Prepares the statements for recording and reading erasures. */
export function erasureRecords(database: Database, guard: ErasureGuard): ErasureRecords {
  const byId = database.prepare<[number], ErasureRow>(`SELECT ${erasureColumns} FROM erasures WHERE id = ?`)
  const newest = database.prepare<[number, number], ErasureRow>(
    `SELECT ${erasureColumns} FROM erasures WHERE id < ? ORDER BY id DESC LIMIT ?`,
  )
  const same = database.prepare<[string, Buffer], ErasureRow>(
    `SELECT ${erasureColumns} FROM erasures WHERE kind = ? AND identity_hash = ? ORDER BY id DESC LIMIT 20`,
  )
  const open = database.prepare<[], ErasureRow>(
    `SELECT ${erasureColumns} FROM erasures WHERE finished_at IS NULL AND erased_at IS NULL ORDER BY id LIMIT 1`,
  )
  const erased = database
    .prepare<[], number>('SELECT id FROM erasures WHERE finished_at IS NULL AND erased_at IS NOT NULL')
    .pluck()
  const insert = database.prepare(
    `INSERT INTO erasures (created_at, actor, kind, identity_hash, is_blocking, through, customers, connections)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const block = database.prepare('UPDATE erasures SET is_blocking = 1 WHERE id = ?')
  const subjects = erasureSubjects(database)
  const insertBlock = database.prepare(`INSERT INTO erasure_blocks (hash, erasure_id, is_weak, is_temporary) VALUES (?, ?, ?, ?)
     ON CONFLICT (hash, erasure_id) DO UPDATE SET is_weak = min(is_weak, excluded.is_weak), is_temporary = excluded.is_temporary`)
  const removeBlocks = database.prepare('DELETE FROM erasure_blocks WHERE erasure_id = ?')
  const removeTemporary = database.prepare('DELETE FROM erasure_blocks WHERE erasure_id = ? AND is_temporary = 1')
  const insertAudit = database.prepare("INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, 'erase', ?)")
  const setPeople = database.prepare('UPDATE erasures SET customers = ?, connections = ? WHERE id = ?')
  const addCounts = database.prepare(
    `UPDATE erasures SET events = events + ?, versions = versions + ?, deliveries = deliveries + ?, quarantined = quarantined + ?
     WHERE id = ?`,
  )
  const markErased = database.prepare('UPDATE erasures SET erased_at = ? WHERE id = ?')
  const finish = database.prepare('UPDATE erasures SET finished_at = ?, copies = ? WHERE id = ?')
  const unblock = database.prepare('UPDATE erasures SET is_blocking = 0 WHERE id = ?')

  function keepPerson(id: number, person: Person, isBlocking: boolean): void {
    subjects.add(id, person)
    for (const subject of toSubjects(person)) {
      insertBlock.run(guard.hash(subject.kind, subject.value), id, isWeak(subject) ? 1 : 0, isBlocking ? 0 : 1)
    }
    setPeople.run(person.customers.size, person.connections.size, id)
    guard.readBlocks()
  }

  function add({ at, actor, person, isBlocking, through }: NewErasure): { row: ErasureRow | undefined; isNew: boolean } {
    const { kind, value } = person.given
    const running = same.all(kind, guard.hash(kind, value)).find((row) => row.erased_at === null)
    const how = `one person by ${kind}${isBlocking ? ', later events are dropped' : ''}`
    if (running !== undefined) {
      if (isBlocking) block.run(running.id)
      keepPerson(running.id, person, isBlocking || running.is_blocking === 1)
      insertAudit.run(at, actor, `erasure ${running.id}, which was running: ${how}`)
      return { row: byId.get(running.id), isNew: false }
    }
    const { customers, connections } = person
    const hash = guard.hash(kind, value)
    const id = Number(
      insert.run(at, actor, kind, hash, isBlocking ? 1 : 0, through, customers.size, connections.size).lastInsertRowid,
    )
    keepPerson(id, person, isBlocking)
    insertAudit.run(at, actor, `erasure ${id}: ${how}`)
    return { row: byId.get(id), isNew: true }
  }
  const addOnce = database.transaction(add).immediate

  function toOpen(row: ErasureRow): OpenErasure {
    return {
      id: row.id,
      isBlocking: row.is_blocking === 1,
      through: row.through,
      person: subjects.find(row.id),
    }
  }

  return {
    add(erasure) {
      const { row, isNew } = addOnce(erasure)
      if (row === undefined) throw new Error('The erasure was not recorded.')
      return { erasure: toErasureRecord(row), isNew }
    },
    list: (page) =>
      toPage(newest.all(page.cursor ?? Number.MAX_SAFE_INTEGER, page.limit + 1), page.limit, (row) => row.id, toErasureRecord),
    find(id) {
      const row = byId.get(Number(id))
      return row === undefined ? undefined : toErasureRecord(row)
    },
    earlier: ({ kind, value }) => same.all(kind, guard.hash(kind, value)).map(toErasureRecord),
    nextOpen() {
      const row = open.get()
      return row === undefined ? undefined : toOpen(row)
    },
    erased: () => erased.all(),
    addSubjects: ({ id, isBlocking }, person) => keepPerson(id, person, isBlocking),
    addCounts(id, { events, versions, deliveries, quarantined }) {
      addCounts.run(events, versions, deliveries, quarantined, id)
    },
    markErased(id, now) {
      subjects.remove(id)
      markErased.run(now, id)
      removeTemporary.run(id)
      guard.readBlocks()
    },
    finish(ids, copies, now) {
      for (const id of ids) finish.run(now, JSON.stringify(copies), id)
    },
    unblock: database.transaction(({ id, at, actor }: { readonly id: string; readonly at: number; readonly actor: string }) => {
      const row = byId.get(Number(id))
      if (row === undefined) return undefined
      removeBlocks.run(row.id)
      unblock.run(row.id)
      insertAudit.run(at, actor, `erasure ${row.id}: later events are taken again`)
      guard.readBlocks()
      return toErasureRecord({ ...row, is_blocking: 0 })
    }).immediate,
  }
}
