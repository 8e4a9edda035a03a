import type { ReplayRow } from '../common/replay-rows.ts'
import { newReplaySubject, replayColumns, sameReplaySubject, toNewReplayRow, toReplayRecord } from '../common/replay-rows.ts'
import { toPage } from '../common/to-page.ts'
import type { NewReplay, ReplayPart, ReplayRecord, ReplaySelection } from '../operations-store.ts'
import type { Page, PageRequest } from '../records.ts'
import { addAudit } from './add-audit.ts'
import { rowId } from './row-id.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/** A part as it is stored. */
interface PartRow extends Omit<ReplayPart, 'finishedAt'> {
  readonly replay_id: number
  readonly finished_at: number | null
}

/**
 * Records a replay, in the caller's transaction. Only one is recorded at a time, so that the same one asked for twice at once is one, and
 * ids are in the order in which they can be seen.
 */
export async function addReplay(
  session: SqlSession,
  { timeFor }: Pick<StoreContext, 'timeFor'>,
  replay: NewReplay,
): Promise<{ readonly replay: ReplayRecord; readonly isNew: boolean }> {
  const { at, actor, selection, through, newestBefore } = replay
  await session.run("SELECT pg_advisory_xact_lock(hashtextextended('relay.replays', 0))")
  const same = await findSame(session, selection, newestBefore)
  if (same !== undefined) {
    await addAudit(session, { at, actor, action: 'replay', subject: sameReplaySubject(same, selection) })
    return { replay: await toRecord(session, same), isNew: false }
  }
  const { works, selection: kept, finishedAt } = toNewReplayRow(replay)
  const row = await session.row<ReplayRow>(
    `INSERT INTO relay.replays (created_at, actor, selection, through, since, finished_at) VALUES ($1, $2, $3, $4, 0, $5)
     RETURNING ${replayColumns}`,
    at,
    actor,
    kept,
    through,
    finishedAt,
  )
  if (row === undefined) throw new Error('A replay was not recorded.')
  await session.run(
    `INSERT INTO relay.replay_parts (replay_id, destination, planned, since, moved_at)
     SELECT $1, w.destination, w.planned, coalesce(${firstUnfinished('w.destination')}, $1), relay.now_ms($2)
     FROM unnest($3::text[], $4::bigint[]) AS w (destination, planned)`,
    row.id,
    timeFor(at),
    works.map(([destination]) => destination),
    works.map(([, planned]) => planned),
  )
  await addAudit(session, { at, actor, action: 'replay', subject: newReplaySubject(row.id, selection) })
  return { replay: await toRecord(session, row), isNew: true }
}

/** Whether the same replay has been recorded and has not finished. */
export async function isReplayRunning(session: SqlSession, selection: ReplaySelection): Promise<boolean> {
  return (await findSame(session, selection, undefined)) !== undefined
}

/** What a replay of a destination leaves alone that begins now: deliveries that this one or a later one made due. */
export async function replaySince(session: SqlSession, destination: string): Promise<number> {
  return (await session.value<number | null>(`SELECT ${firstUnfinished('$1')}`, destination)) ?? Number.MAX_SAFE_INTEGER
}

/** Replays, the newest first. */
export async function listReplays(session: SqlSession, { cursor, limit }: PageRequest): Promise<Page<ReplayRecord>> {
  const rows = await session.rows<ReplayRow>(
    `SELECT ${replayColumns} FROM relay.replays WHERE id < $1 ORDER BY id DESC LIMIT $2`,
    cursor ?? Number.MAX_SAFE_INTEGER,
    limit + 1,
  )
  const parts = await partsOf(session, rows)
  return toPage(
    rows,
    limit,
    ({ id }) => id,
    (row) => toReplayRecord(row, parts.get(row.id) ?? []),
  )
}

/** One replay. */
export async function findReplay(session: SqlSession, id: string): Promise<ReplayRecord | undefined> {
  const row = await session.row<ReplayRow>(`SELECT ${replayColumns} FROM relay.replays WHERE id = $1`, rowId(id))
  return row === undefined ? undefined : toRecord(session, row)
}

function firstUnfinished(destination: string): string {
  return `(SELECT min(u.replay_id) FROM relay.replay_parts u WHERE u.destination = ${destination} AND u.finished_at IS NULL)`
}

async function findSame(
  session: SqlSession,
  selection: ReplaySelection,
  newestBefore: string | undefined,
): Promise<ReplayRow | undefined> {
  const wanted = JSON.stringify(selection)
  const running = await session.row<ReplayRow>(
    `SELECT ${replayColumns} FROM relay.replays WHERE finished_at IS NULL AND selection = $1 ORDER BY id LIMIT 1`,
    wanted,
  )
  if (running !== undefined || newestBefore === undefined) return running
  return session.row<ReplayRow>(
    `SELECT ${replayColumns} FROM relay.replays WHERE id > $1 AND selection = $2 ORDER BY id LIMIT 1`,
    rowId(newestBefore),
    wanted,
  )
}

async function toRecord(session: SqlSession, row: ReplayRow): Promise<ReplayRecord> {
  return toReplayRecord(row, (await partsOf(session, [row])).get(row.id) ?? [])
}

/** By the id of their replay. */
async function partsOf(session: SqlSession, rows: readonly ReplayRow[]): Promise<ReadonlyMap<number, readonly ReplayPart[]>> {
  const parts = await session.rows<PartRow>(
    `SELECT replay_id, destination, planned, moved, finished_at FROM relay.replay_parts
     WHERE replay_id = ANY($1::bigint[]) ORDER BY destination COLLATE "C"`,
    rows.map(({ id }) => id),
  )
  const byReplay = Map.groupBy(parts, (part) => part.replay_id)
  return new Map([...byReplay].map(([id, its]) => [id, its.map(toPart)]))
}

function toPart({ destination, planned, moved, finished_at: finishedAt }: PartRow): ReplayPart {
  return { destination, planned, moved, finishedAt }
}
