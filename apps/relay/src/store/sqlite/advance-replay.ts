import type { Database } from 'better-sqlite3'
import { withoutCustomer } from '../common/describe-selection.ts'
import type { TargetRow } from '../common/replay-window.ts'
import { mayLackIdentifier, windowEnd } from '../common/replay-window.ts'
import { waitingDueAt } from '../common/waiting-due-at.ts'
import type { ReplaySelection, ReplayStep } from '../operations-store.ts'
import type { DeliveryStatus } from '../records.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import type { LateIdentities } from './late-identities.ts'
import { selectTargets } from './select-replayed.ts'
import type { WaitingEvents } from './waiting-events.ts'

interface PartRow {
  readonly replay_id: number
  readonly planned: number
  readonly moved: number
  readonly position: number
  readonly selection: string
  readonly through: number
  readonly since: number
}

/** Which part to advance, and by how many deliveries at most. */
interface AdvanceRequest {
  readonly destination: string
  readonly limit: number
  readonly now: number
}

/** Makes deliveries due for the oldest unfinished replay of a destination, and records how far it got, in one transaction. */
export function advanceReplay(
  database: Database,
  counts: DeliveryCounts,
  waiting: WaitingEvents,
  identities: LateIdentities,
): (request: AdvanceRequest) => ReplayStep | undefined {
  const oldest = database.prepare<[string], PartRow>(
    `SELECT p.replay_id, p.planned, p.moved, p.position, r.selection, r.through, coalesce(p.since, r.since) AS since
     FROM replay_parts p JOIN replays r ON r.id = p.replay_id
     WHERE p.destination = ? AND p.finished_at IS NULL ORDER BY p.replay_id LIMIT 1`,
  )
  const makeDue = database.prepare(
    `UPDATE deliveries SET status = 'pending', due_at = ?, pending_since = ?, lease_token = NULL, own_due_at = NULL,
     was_sent = was_sent OR status IN ('delivered', 'skipped') OR unknown_outcomes > 0,
     unknown_outcomes = 0, unreadable_answers = 0, earlier_attempts = attempts, settled_at = NULL, skip_reason = NULL, replay_id = ?,
     is_identified = NULL WHERE id = ?`,
  )
  const create = database.prepare(
    `INSERT INTO deliveries (event_seq, destination, status, due_at, pending_since, replay_id) VALUES (?, ?, 'pending', ?, ?, ?)`,
  )
  const updatePart = database.prepare(
    'UPDATE replay_parts SET moved = ?, position = ?, finished_at = ? WHERE replay_id = ? AND destination = ?',
  )
  const hasUnfinished = database
    .prepare<[number], number>('SELECT 1 FROM replay_parts WHERE replay_id = ? AND finished_at IS NULL LIMIT 1')
    .pluck()
  const finish = database.prepare('UPDATE replays SET finished_at = ?, selection = ? WHERE id = ?')

  function move(targets: readonly TargetRow[], part: PartRow, { destination, now }: AdvanceRequest): readonly string[] {
    const ids: string[] = []
    const left = new Map<DeliveryStatus, number>()
    let moved = 0
    for (const target of targets) {
      const { id, event_seq: eventSeq, status } = target
      if (mayLackIdentifier(target) && identities.identify(eventSeq, now) === 'erased') continue
      const dueAt = waiting.dueAt(eventSeq, now)
      const made = id === null ? create.run(eventSeq, destination, dueAt, now, part.replay_id).lastInsertRowid : id
      if (id !== null) makeDue.run(dueAt, now, part.replay_id, id)
      if (dueAt !== waitingDueAt) ids.push(String(made))
      if (status !== null) left.set(status, (left.get(status) ?? 0) + 1)
      moved += 1
    }
    for (const [status, count] of left) counts.add(destination, status, -count)
    counts.add(destination, 'pending', moved)
    return ids
  }

  return database.transaction((request: AdvanceRequest): ReplayStep | undefined => {
    const { destination, now } = request
    const part = oldest.get(destination)
    if (part === undefined) return undefined
    const selection: ReplaySelection = JSON.parse(part.selection)
    const limit = Math.min(request.limit, part.planned - part.moved)
    const end = windowEnd(selection, { after: part.position, through: part.through })
    const { sql, parameters } = selectTargets(selection, {
      destination,
      since: part.since,
      limit,
      after: part.position,
      through: end,
    })
    const targets = database.prepare<unknown[], TargetRow>(sql).all(...parameters)
    const deliveryIds = move(targets, part, request)
    const moved = part.moved + targets.length
    const position = targets.length === limit ? (targets.at(-1)?.position ?? end) : end
    const isDone = moved >= part.planned || position >= part.through
    updatePart.run(moved, position, isDone ? now : null, part.replay_id, destination)
    const isFinished = isDone && hasUnfinished.get(part.replay_id) === undefined
    if (isFinished) finish.run(now, JSON.stringify(withoutCustomer(selection)), part.replay_id)
    return { replayId: String(part.replay_id), deliveryIds, isFinished }
  }).immediate
}
