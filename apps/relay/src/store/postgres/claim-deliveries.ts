import type { ClaimedRow } from '../common/claimed-delivery.ts'
import { toClaimed } from '../common/claimed-delivery.ts'
import type { ProfileRow } from '../common/profile-order.ts'
import { isProfile, profilesInOrder, supersededReason } from '../common/profile-order.ts'
import type { Claim, ClaimedDelivery, ClaimRequest } from '../store.ts'
import { countActivity } from './activity-log.ts'
import type { OrderedRow } from './customer-order.ts'
import { arrangeSome, groupRows, lockOrder, parkRows, waitingRows } from './customer-order.ts'
import type { DueFloors } from './due-floors.ts'
import { giveUpUnreadable } from './give-up-unreadable.ts'
import { isReadable } from './readable-body.ts'
import { keptSent, supersededRows } from './sent-profiles.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

interface DueRow extends OrderedRow, ProfileRow, Omit<ClaimedRow, 'body'> {
  readonly event_seq: number
  /** `null`: those before it are as large as a claim may be. */
  readonly body: string | null
  /** The time by the store's clock. */
  readonly clock: number
}

type ReadRow = DueRow & ClaimedRow

/** What a claim finds due, each in the order in which it was found. */
interface Sorted {
  readonly taken: readonly ReadRow[]
  /** Profiles that a newer one went before. */
  readonly superseded: readonly ReadRow[]
  /** Those that wait for another one of their customer. */
  readonly parked: readonly DueRow[]
  readonly isFull: boolean
}

/** What is looked for. */
interface Look {
  readonly time: number | null
  readonly floor: number
  readonly lacking: readonly string[]
}

/** Nothing was claimed, as something had to be arranged first. */
const again: Claim = { deliveries: [], superseded: [], isFull: true }

/**
 * Leases due deliveries that no other relay claims at this moment. A leased delivery is due again when its lease ends, so that one index
 * serves both. Leases need no sync: what one that a crash of the database undoes has sent is sent once more.
 */
export function claimDeliveries(context: StoreContext, floors: DueFloors): (request: ClaimRequest) => Promise<Claim> {
  const { database, bodies, timeFor } = context

  async function claim(session: TransactionSession, request: ClaimRequest, mayArrange = true): Promise<Claim> {
    const { destination, now } = request
    const time = timeFor(now)
    const startedAt = floors.elapsed()
    const floor = floors.of(destination)
    const [order, begunAt, rows] = await Promise.all([
      lockOrder(session, destination),
      session.value<number>('SELECT relay.now_ms($1)', time),
      dueRows(session, request, { time, floor, lacking: context.lackedKeys.ids() }),
    ])
    if (order === 'unsettled') {
      if (mayArrange && !(await arrangeSome(session, destination))) return claim(session, request, false)
      return again
    }
    const ungrouped = order === 'ordered' ? rows.filter((row) => row.ordering_group === null) : []
    if (ungrouped.length > 0) {
      // Stored while the order was being switched on, by a relay that did not see it yet.
      await groupRows(session, toIds(ungrouped))
      return again
    }
    const [waiting, superseded] = await Promise.all([
      order === 'ordered' ? waitingRows(session, destination, rows, time) : new Set<number>(),
      supersededRows(session, destination, rows),
    ])
    const sorted = sort(rows, { waiting, superseded }, request)
    if (floor === 0 && !sorted.isFull) floors.seen(destination, { begunAt: begunAt ?? 0, startedAt })
    return take(session, request, sorted)
  }

  async function take(session: TransactionSession, request: ClaimRequest, rows: Sorted): Promise<Claim> {
    const { now } = request
    const time = timeFor(now)
    const opened = profilesInOrder(rows.taken).map((row) => ({ row, claimed: open(row, now) }))
    const unreadable = opened.flatMap(({ row, claimed }) => (claimed === undefined ? row.event_seq : []))
    const died = await giveUpUnreadable(session, { seqs: unreadable, now, time })
    lease(
      session,
      opened.flatMap(({ row, claimed }) => (claimed === undefined ? [] : row)),
      request,
      time,
    )
    parkRows(session, toIds(rows.parked))
    supersede(session, rows.superseded, now, time)
    countActivity(session, died)
    // What ends here, or gives its lease back, may have kept something waiting that is due.
    const hasWoken = unreadable.length > 0 || rows.superseded.length > 0 || rows.parked.length > 0
    return {
      deliveries: opened.flatMap(({ claimed }) => claimed ?? []),
      superseded: rows.superseded.flatMap((row) => open(row, now) ?? []),
      isFull: rows.isFull || hasWoken,
    }
  }

  function open(row: ReadRow, now: number): ClaimedDelivery | undefined {
    return toClaimed({ ...row, due_at: row.due_at - row.clock + now }, bodies)
  }

  return (request) =>
    context.lackedKeys.learning(() =>
      database.transaction((session) => claim(session, request), { isRelaxed: true, looksUpRows: true }),
    )
}

/**
 * Locks what is due and not locked by anybody; one more than may be claimed, which tells whether there is more. Bodies are read when the
 * locks are held, not as they were when the statement began: who completes an event meanwhile does not touch its deliveries. What is sealed
 * with a key of `lacking` is left to relays that have it, what is due since before `floor` to the next look at everything.
 */
function dueRows(
  session: SqlSession,
  { destination, limit, maxBytes }: ClaimRequest,
  { time, floor, lacking }: Look,
): Promise<readonly DueRow[]> {
  return session.rows<DueRow>(
    `WITH due AS MATERIALIZED (
       SELECT d.id, d.destination, d.due_at, d.attempts, d.earlier_attempts, d.unknown_outcomes, d.unreadable_answers, d.pending_since,
         d.ordering_group, d.event_seq, octet_length(e.body) AS size
       FROM relay.deliveries d JOIN relay.events e ON e.seq = d.event_seq
       WHERE d.destination = $1 AND d.status = 'pending' AND d.due_at <= (SELECT relay.now_ms($2))
         AND d.due_at >= $5::bigint${isReadable('e.body', lacking, '$6')}
       ORDER BY d.due_at, d.id LIMIT $3 FOR UPDATE OF d SKIP LOCKED
     ), sized AS (
       SELECT due.*, sum(size) OVER (ORDER BY due_at, id) - size AS size_before FROM due
     )
     SELECT s.id, s.destination, s.due_at, s.attempts, s.earlier_attempts, s.unknown_outcomes, s.unreadable_answers, s.pending_since,
       s.ordering_group, s.event_seq, e.event_id, e.type, e.connection_id, e.order_key,
       CASE WHEN s.size_before <= $4::bigint THEN relay.body_of(s.event_seq) END AS body, (SELECT relay.now_ms($2)) AS clock
     FROM sized s JOIN relay.events e ON e.seq = s.event_seq ORDER BY s.due_at, s.id`,
    destination,
    time,
    limit + 1,
    maxBytes,
    floor,
    ...(lacking.length === 0 ? [] : [lacking]),
  )
}

function sort(
  rows: readonly DueRow[],
  { waiting, superseded }: { readonly waiting: ReadonlySet<number>; readonly superseded: ReadonlySet<number> },
  { limit, maxBytes }: ClaimRequest,
): Sorted {
  const sorted = { taken: Array.of<ReadRow>(), superseded: Array.of<ReadRow>(), parked: Array.of<DueRow>() }
  let bytes = 0
  for (const row of rows) {
    if (waiting.has(row.id)) {
      sorted.parked.push(row)
      continue
    }
    const { body } = row
    if (body === null) return { ...sorted, isFull: true }
    if (superseded.has(row.id)) sorted.superseded.push({ ...row, body })
    else {
      bytes += body.length
      if (sorted.taken.length === limit || (sorted.taken.length > 0 && bytes > maxBytes)) return { ...sorted, isFull: true }
      sorted.taken.push({ ...row, body })
    }
  }
  return { ...sorted, isFull: rows.length > limit }
}

function lease(
  session: TransactionSession,
  rows: readonly ReadRow[],
  { now, leaseUntil, leaseToken }: ClaimRequest,
  time: number | null,
): void {
  if (rows.length === 0) return
  session.write(
    `UPDATE relay.deliveries d SET due_at = relay.now_ms($4) + $5::bigint, lease_token = $6, was_sent = ${keptSent('d')},
       profile_connection = coalesce(v.profile_connection, d.profile_connection), ordering_key = coalesce(v.ordering_key, d.ordering_key)
     FROM unnest($1::bigint[], $2::text[], $3::text[]) AS v(id, profile_connection, ordering_key) WHERE d.id = v.id`,
    toIds(rows),
    rows.map((row) => (isProfile(row.type) ? row.connection_id : null)),
    rows.map((row) => (isProfile(row.type) ? row.order_key : null)),
    time,
    leaseUntil - now,
    leaseToken,
  )
}

function supersede(session: TransactionSession, rows: readonly ReadRow[], now: number, time: number | null): void {
  if (rows.length === 0) return
  session.write(
    `UPDATE relay.deliveries d SET status = 'skipped', due_at = relay.now_ms($4), settled_at = $5, skip_reason = '${supersededReason}',
       lease_token = NULL, error_code = NULL, error_message = NULL, profile_connection = v.profile_connection, ordering_key = v.ordering_key
     FROM unnest($1::bigint[], $2::text[], $3::text[]) AS v(id, profile_connection, ordering_key) WHERE d.id = v.id`,
    toIds(rows),
    rows.map((row) => row.connection_id),
    rows.map((row) => row.order_key),
    time,
    now,
  )
}

function toIds(rows: readonly { readonly id: number }[]): readonly number[] {
  return rows.map(({ id }) => id)
}
