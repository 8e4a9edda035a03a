import type { Database } from 'better-sqlite3'
import type { ReplayRow } from '../common/replay-rows.ts'
import { newReplaySubject, replayColumns, sameReplaySubject, toNewReplayRow, toReplayRecord } from '../common/replay-rows.ts'
import { toPage } from '../common/to-page.ts'
import type { NewReplay, ReplayPart, ReplayRecord, ReplaySelection } from '../operations-store.ts'
import type { Page, PageRequest } from '../records.ts'

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
  const findSame = database.prepare<[string], ReplayRow>(
    `SELECT ${replayColumns} FROM replays WHERE finished_at IS NULL AND selection = ? ORDER BY id LIMIT 1`,
  )
  const findSameAfter = database.prepare<[number, string], ReplayRow>(
    `SELECT ${replayColumns} FROM replays WHERE id > ? AND selection = ? ORDER BY id LIMIT 1`,
  )
  const firstUnfinished = database
    .prepare<[string], number | null>('SELECT min(replay_id) FROM replay_parts WHERE destination = ? AND finished_at IS NULL')
    .pluck()
  const insert = database.prepare(
    'INSERT INTO replays (created_at, actor, selection, through, since, finished_at) VALUES (?, ?, ?, ?, 0, ?)',
  )
  const insertPart = database.prepare('INSERT INTO replay_parts (replay_id, destination, planned, since) VALUES (?, ?, ?, ?)')
  const insertAudit = database.prepare("INSERT INTO audit (at, actor, action, subject) VALUES (?, ?, 'replay', ?)")
  const byId = database.prepare<[number], ReplayRow>(`SELECT ${replayColumns} FROM replays WHERE id = ?`)
  const newest = database.prepare<[number, number], ReplayRow>(
    `SELECT ${replayColumns} FROM replays WHERE id < ? ORDER BY id DESC LIMIT ?`,
  )
  const parts = database.prepare<[number], ReplayPart>(
    `SELECT destination, planned, moved, finished_at AS finishedAt FROM replay_parts WHERE replay_id = ? ORDER BY destination`,
  )

  const toRecord = (row: ReplayRow): ReplayRecord => toReplayRecord(row, parts.all(row.id))

  const add = database.transaction((replay: NewReplay) => {
    const { at, actor, selection, through, newestBefore } = replay
    const wanted = JSON.stringify(selection)
    const same =
      findSame.get(wanted) ?? (newestBefore === undefined ? undefined : findSameAfter.get(Number(newestBefore), wanted))
    if (same !== undefined) {
      insertAudit.run(at, actor, sameReplaySubject(same, selection))
      return { replay: toRecord(same), isNew: false }
    }
    const { works, selection: kept, finishedAt } = toNewReplayRow(replay)
    const id = Number(insert.run(at, actor, kept, through, finishedAt).lastInsertRowid)
    for (const [destination, count] of works) insertPart.run(id, destination, count, firstUnfinished.get(destination) ?? id)
    insertAudit.run(at, actor, newReplaySubject(id, selection))
    return { replay: toRecord({ id, created_at: at, actor, selection: kept, finished_at: finishedAt }), isNew: true }
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
