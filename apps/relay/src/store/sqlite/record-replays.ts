import type { Database } from 'better-sqlite3'
import type { NewReplay, ReplayPart, ReplayRecord, ReplaySelection } from '../operations-store.ts'
import type { Page, PageRequest } from '../records.ts'
import { describeSelection, withoutCustomer } from './describe-selection.ts'
import { toPage } from './to-page.ts'

interface ReplayRow {
  readonly id: number
  readonly created_at: number
  readonly actor: string
  readonly selection: string
  readonly finished_at: number | null
}

/** What is recorded of replays. */
export interface ReplayRecords {
  add(replay: NewReplay): { readonly replay: ReplayRecord; readonly isNew: boolean }
  isRunning(selection: ReplaySelection): boolean
  /** What a replay of a destination leaves alone that begins now: deliveries that this one or a later one made due. */
  since(destination: string): number
  list(page: PageRequest): Page<ReplayRecord>
  find(id: string): ReplayRecord | undefined
}

/** Prepares the statements for recording and reading replays. */
export function replayRecords(database: Database): ReplayRecords {
  const columns = 'id, created_at, actor, selection, finished_at'
  const findSame = database.prepare<[string], ReplayRow>(
    `SELECT ${columns} FROM replays WHERE finished_at IS NULL AND selection = ? ORDER BY id LIMIT 1`,
  )
  const findSameAfter = database.prepare<[number, string], ReplayRow>(
    `SELECT ${columns} FROM replays WHERE id > ? AND selection = ? ORDER BY id LIMIT 1`,
  )
  const firstUnfinished = database
    .prepare<[string], number | null>('SELECT min(replay_id) FROM replay_parts WHERE destination = ? AND finished_at IS NULL')
    .pluck()
  const insert = database.prepare(
    'INSERT INTO replays (created_at, actor, selection, through, since, finished_at) VALUES (?, ?, ?, ?, 0, ?)',
  )
  const insertPart = database.prepare('INSERT INTO replay_parts (replay_id, destination, planned, since) VALUES (?, ?, ?, ?)')
  const insertAudit = database.prepare("INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, 'replay', ?)")
  const byId = database.prepare<[number], ReplayRow>(`SELECT ${columns} FROM replays WHERE id = ?`)
  const newest = database.prepare<[number, number], ReplayRow>(
    `SELECT ${columns} FROM replays WHERE id < ? ORDER BY id DESC LIMIT ?`,
  )
  const parts = database.prepare<[number], ReplayPart>(
    `SELECT destination, planned, moved, finished_at AS finishedAt FROM replay_parts WHERE replay_id = ? ORDER BY destination`,
  )

  function toRecord(row: ReplayRow): ReplayRecord {
    const selection: ReplaySelection = JSON.parse(row.selection)
    return {
      id: String(row.id),
      createdAt: row.created_at,
      actor: row.actor,
      selection: withoutCustomer(selection),
      finishedAt: row.finished_at,
      destinations: parts.all(row.id),
    }
  }

  const add = database.transaction(({ at, actor, selection, through, planned, newestBefore }: NewReplay) => {
    const wanted = JSON.stringify(selection)
    const same =
      findSame.get(wanted) ?? (newestBefore === undefined ? undefined : findSameAfter.get(Number(newestBefore), wanted))
    if (same !== undefined) {
      insertAudit.run(
        at,
        actor,
        `replay ${same.id}, which was ${same.finished_at === null ? 'running' : 'done meanwhile'}: ${describeSelection(selection)}`,
      )
      return { replay: toRecord(same), isNew: false }
    }
    const works = [...planned].filter(([, count]) => count > 0)
    const kept = works.length === 0 ? withoutCustomer(selection) : selection
    const id = Number(insert.run(at, actor, JSON.stringify(kept), through, works.length === 0 ? at : null).lastInsertRowid)
    for (const [destination, count] of works) insertPart.run(id, destination, count, firstUnfinished.get(destination) ?? id)
    insertAudit.run(at, actor, `replay ${id}: ${describeSelection(selection)}`)
    const row = { id, created_at: at, actor, selection: JSON.stringify(kept), finished_at: works.length === 0 ? at : null }
    return { replay: toRecord(row), isNew: true }
  }).immediate

  return {
    add,
    isRunning: (selection) => findSame.get(JSON.stringify(selection)) !== undefined,
    since: (destination) => firstUnfinished.get(destination) ?? Number.MAX_SAFE_INTEGER,
    list: (page) =>
      toPage(newest.all(page.cursor ?? Number.MAX_SAFE_INTEGER, page.limit + 1), page.limit, (row) => row.id, toRecord),
    find(id) {
      const row = byId.get(Number(id))
      return row === undefined ? undefined : toRecord(row)
    },
  }
}
