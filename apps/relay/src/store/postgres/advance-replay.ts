import { withoutCustomer } from '../common/describe-selection.ts'
import { mayLackIdentifier, windowEnd } from '../common/replay-window.ts'
import { waitingDueAt } from '../common/waiting-due-at.ts'
import type { OperationsStore, ReplaySelection, ReplayStep } from '../operations-store.ts'
import { lockLateIdentities } from './late-identities.ts'
import { rowsOf } from './query-builder.ts'
import type { ConnectionTargetRow } from './select-replayed.ts'
import { selectTargets } from './select-replayed.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'
import { waitAgain } from './waiting-events.ts'

interface PartRow {
  readonly replay_id: number
  readonly planned: number
  readonly moved: number
  readonly position: number
  readonly moved_at: number
  readonly selection: string
  readonly through: number
  readonly since: number
  /** The store's time. */
  readonly clock: number
}

/** Which part to advance, and by how many deliveries at most. */
type AdvanceRequest = Parameters<OperationsStore['advanceReplay']>[0]

/**
 * Makes deliveries due for the oldest unfinished replay of a destination, and records how far it got, in one transaction. One relay at a time
 * does so at a destination, so that nothing that is not pending becomes so behind its back.
 */
export async function advanceReplay(context: StoreContext, request: AdvanceRequest): Promise<ReplayStep | 'busy' | undefined> {
  const { destination } = request
  // What is known of a customer may be sealed with it: other relays go on.
  if (context.lackedKeys.isAny()) return 'busy'
  const done = await context.database.exclusive(`replay:${destination}`, async (session) => {
    const part = await oldestPart(context, session, request)
    if (part === undefined) return { step: undefined }
    if (request.restMs !== undefined && (isResting(part, request.restMs) || (await isWaiting(session, destination, part))))
      return { step: 'busy' } as const
    return { step: await advance(context, session, request, part) }
  })
  return done === undefined ? 'busy' : done.step
}

async function oldestPart(
  { timeFor }: StoreContext,
  session: SqlSession,
  { destination, now }: AdvanceRequest,
): Promise<PartRow | undefined> {
  return session.row<PartRow>(
    `SELECT p.replay_id, p.planned, p.moved, p.position, p.moved_at, r.selection, r.through, coalesce(p.since, r.since) AS since,
       relay.now_ms($2) AS clock
     FROM relay.replay_parts p JOIN relay.replays r ON r.id = p.replay_id
     WHERE p.destination = $1 AND p.finished_at IS NULL ORDER BY p.replay_id LIMIT 1`,
    destination,
    timeFor(now),
  )
}

/** A clock that was set back since is not waited for. */
function isResting({ clock, moved_at: movedAt }: PartRow, restMs: number): boolean {
  return clock >= movedAt && clock - movedAt < restMs
}

/** Whether anything is left that was due before the last step ended, or is being attempted because of a replay. */
async function isWaiting(session: SqlSession, destination: string, { moved_at: movedAt }: PartRow): Promise<boolean> {
  const isThere = await session.value<boolean>(
    `SELECT EXISTS (SELECT FROM relay.deliveries WHERE destination = $1 AND status = 'pending' AND due_at <= $2)
       OR EXISTS (SELECT FROM relay.deliveries WHERE destination = $1 AND lease_token IS NOT NULL AND replay_id IS NOT NULL)`,
    destination,
    movedAt,
  )
  return isThere === true
}

async function advance(
  context: StoreContext,
  session: TransactionSession,
  request: AdvanceRequest,
  part: PartRow,
): Promise<ReplayStep> {
  const { destination, now } = request
  const selection: ReplaySelection = JSON.parse(part.selection)
  const limit = Math.min(request.limit, part.planned - part.moved)
  const end = windowEnd(selection, { after: part.position, through: part.through })
  const window = { destination, since: part.since, limit, after: part.position, through: end }
  const targets = await rowsOf(session, selectTargets(selection, window))
  const deliveryIds = await move(context, session, { targets, part, request })
  const moved = part.moved + targets.length
  const position = targets.length === limit ? (targets.at(-1)?.position ?? end) : end
  const isDone = moved >= part.planned || position >= part.through
  await session.run(
    `UPDATE relay.replay_parts SET moved = $3, position = $4, moved_at = $5, finished_at = $6
     WHERE replay_id = $1 AND destination = $2`,
    part.replay_id,
    destination,
    moved,
    position,
    targets.length === 0 ? part.moved_at : part.clock,
    isDone ? now : null,
  )
  const isFinished = isDone && (await finish(session, part.replay_id, now))
  return { replayId: String(part.replay_id), deliveryIds, isFinished }
}

/** What to make due, for which part. */
interface Move {
  readonly targets: readonly ConnectionTargetRow[]
  readonly part: PartRow
  readonly request: AdvanceRequest
}

/** Returns the ids of those that are due now. Events that are gone meanwhile are passed over. */
async function move(
  context: StoreContext,
  session: TransactionSession,
  { targets, part, request }: Move,
): Promise<readonly string[]> {
  const seqs = targets.map((target) => target.event_seq)
  if (seqs.length === 0) return []
  const wanting = targets.filter(mayLackIdentifier).map((target) => target.event_seq)
  const events = await lockLateIdentities(context, session, { seqs, wanting })
  const dropped = await events.identify(request.now)
  const left = targets.filter(({ event_seq: seq }) => events.seqs.has(seq) && !dropped.has(seq))
  const waiting = await waitAgain(
    context,
    session,
    left.map((target) => target.event_seq),
    request.now,
  )
  const made = [
    ...(await makeDue(
      session,
      left.flatMap(({ id }) => id ?? []),
      { part, request, waiting },
    )),
    ...(await create(
      session,
      left.filter(({ id }) => id === null).map((target) => target.event_seq),
      { part, request, waiting },
    )),
  ]
  return made
    .filter(({ event_seq: seq }) => !waiting.has(seq))
    .toSorted((one, other) => one.event_seq - other.event_seq)
    .map(({ id }) => String(id))
}

interface DueRow {
  readonly id: number
  readonly event_seq: number
}

/** As what deliveries are made due. */
interface MadeDue {
  readonly part: PartRow
  readonly request: AdvanceRequest
  /** The events that are completed first. */
  readonly waiting: ReadonlySet<number>
}

async function makeDue(
  session: SqlSession,
  ids: readonly number[],
  { part, request, waiting }: MadeDue,
): Promise<readonly DueRow[]> {
  if (ids.length === 0) return []
  return session.rows<DueRow>(
    `UPDATE relay.deliveries SET status = 'pending', due_at = CASE WHEN event_seq = ANY($2::bigint[]) THEN $3::bigint ELSE $4::bigint END,
       pending_since = $5, lease_token = NULL, own_due_at = NULL,
       was_sent = CASE WHEN was_sent = 1 OR status IN ('delivered', 'skipped') OR unknown_outcomes > 0 THEN 1 ELSE 0 END,
       unknown_outcomes = 0, unreadable_answers = 0, earlier_attempts = attempts, settled_at = NULL, skip_reason = NULL, replay_id = $6,
       is_identified = NULL
     WHERE id = ANY($1::bigint[]) AND status <> 'pending' RETURNING id, event_seq`,
    ids,
    [...waiting],
    waitingDueAt,
    part.clock,
    request.now,
    part.replay_id,
  )
}

async function create(
  session: SqlSession,
  seqs: readonly number[],
  { part, request, waiting }: MadeDue,
): Promise<readonly DueRow[]> {
  if (seqs.length === 0) return []
  return session.rows<DueRow>(
    `INSERT INTO relay.deliveries (event_seq, destination, status, due_at, pending_since, replay_id)
     SELECT seq, $2, 'pending', CASE WHEN seq = ANY($3::bigint[]) THEN $4::bigint ELSE $5::bigint END, $6, $7
     FROM unnest($1::bigint[]) AS missing(seq) ORDER BY seq
     ON CONFLICT (event_seq, destination) DO NOTHING RETURNING id, event_seq`,
    seqs,
    request.destination,
    [...waiting],
    waitingDueAt,
    part.clock,
    request.now,
    part.replay_id,
  )
}

/** Whether this was the last part. Its row is locked first: of two parts that end at once the later one sees the other's end. */
async function finish(session: SqlSession, replayId: number, now: number): Promise<boolean> {
  const selection = await session.value<string>('SELECT selection FROM relay.replays WHERE id = $1 FOR UPDATE', replayId)
  if (selection === undefined) return false
  const changed = await session.run(
    `UPDATE relay.replays SET finished_at = $2, selection = $3 WHERE id = $1 AND finished_at IS NULL
     AND NOT EXISTS (SELECT FROM relay.replay_parts WHERE replay_id = $1 AND finished_at IS NULL)`,
    replayId,
    now,
    JSON.stringify(withoutCustomer(JSON.parse(selection))),
  )
  return changed === 1
}
