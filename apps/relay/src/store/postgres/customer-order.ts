import { parkedDueAt } from '../common/waiting-due-at.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { keptSent } from './sent-profiles.ts'
import type { SqlSession } from './sql-session.ts'
import { isStillPending } from './still-pending.ts'
import type { TransactionSession } from './transaction-session.ts'

/** A due delivery, as far as its place in its group needs it. */
export interface OrderedRow {
  readonly id: number
  /** `null`: in no order with any other. */
  readonly ordering_group: string | null
}

/** How a destination is claimed from: in its customers' order or not; `unsettled`: not before what is pending has been arranged. */
export type ClaimOrder = 'ordered' | 'unordered' | 'unsettled'

/** How far a destination has been put in order. */
interface ArrangedRow {
  readonly is_grouped: number
  readonly position_due_at: number | null
  readonly position_id: number | null
}

/** So many are put in order, or let go, in one claim. */
const arrangedAtOnce = 1_000

/**
 * Remembers which destinations are ordered, and forgets the others. The last relay that was opened decides for all of them: what a claim
 * does it reads from the table.
 */
export async function registerOrdered(database: PostgresDatabase, ordered: readonly string[]): Promise<void> {
  await database.transaction(async (session) => {
    await session.run('DELETE FROM relay.ordered_destinations WHERE destination <> ALL ($1::text[])', ordered)
    await session.run(
      `INSERT INTO relay.ordered_destinations (destination, is_grouped) SELECT name, 0 FROM unnest($1::text[]) AS name ORDER BY name
       ON CONFLICT (destination) DO NOTHING`,
      ordered,
    )
  })
}

/** Locks the order of the destinations of these deliveries: whoever locks rows that others wait for locks it first. */
export async function lockOrderOf(session: SqlSession, deliveryIds: readonly number[]): Promise<void> {
  await lockOrders(session, 'id', deliveryIds)
}

/** As {@link lockOrderOf}, of all deliveries of these events. */
export async function lockOrderOfEvents(session: SqlSession, seqs: readonly number[]): Promise<void> {
  await lockOrders(session, 'event_seq', seqs)
}

async function lockOrders(session: SqlSession, column: 'id' | 'event_seq', values: readonly number[]): Promise<void> {
  await session.run(
    `WITH named AS MATERIALIZED (SELECT DISTINCT destination FROM relay.deliveries WHERE ${column} = ANY ($1::bigint[]))
     SELECT relay.lock_order(destination) FROM (SELECT destination FROM relay.ordered_destinations
       WHERE destination IN (SELECT destination FROM named) ORDER BY destination) AS o`,
    values,
  )
}

/** Locks the order of a destination, where it keeps one, until the transaction ends: nobody else claims or settles there meanwhile. */
export async function lockOrder(session: SqlSession, destination: string): Promise<ClaimOrder> {
  const [locked, state] = await Promise.all([
    // By itself, so that the next statements see what was done by whoever held it.
    session.run('SELECT relay.lock_order(destination) FROM relay.ordered_destinations WHERE destination = $1', destination),
    session.row<{ readonly is_grouped: number | null; readonly has_parked: boolean }>(
      `SELECT (SELECT is_grouped FROM relay.ordered_destinations WHERE destination = $1) AS is_grouped,
         EXISTS (SELECT 1 FROM relay.deliveries WHERE destination = $1 AND status = 'pending' AND due_at = ${parkedDueAt}) AS has_parked`,
      destination,
    ),
  ])
  const grouped = state?.is_grouped ?? null
  if (grouped === null) return state?.has_parked === true ? 'unsettled' : 'unordered'
  return locked === 1 && grouped === 1 ? 'ordered' : 'unsettled'
}

/**
 * After the setting of a destination has changed, puts some of its deliveries in order, or lets them go. Any relay goes on where another
 * one stopped. Whether more may be left.
 */
export async function arrangeSome(session: SqlSession, destination: string): Promise<boolean> {
  const state = await session.row<ArrangedRow>(
    'SELECT is_grouped, position_due_at, position_id FROM relay.ordered_destinations WHERE destination = $1 FOR UPDATE',
    destination,
  )
  if (state === undefined) return letSomeGo(session, destination)
  return state.is_grouped === 0 && groupSome(session, destination, state)
}

async function letSomeGo(session: SqlSession, destination: string): Promise<boolean> {
  const freed = await session.run(
    `UPDATE relay.deliveries SET due_at = own_due_at, own_due_at = NULL WHERE id IN (
       SELECT id FROM relay.deliveries WHERE destination = $1 AND status = 'pending' AND due_at = ${parkedDueAt}
       LIMIT ${arrangedAtOnce} FOR UPDATE SKIP LOCKED)`,
    destination,
  )
  return freed === arrangedAtOnce
}

/** From the last due to the first: what becomes due meanwhile, as its event is completed, moves to where it is still seen. */
async function groupSome(session: SqlSession, destination: string, state: ArrangedRow): Promise<boolean> {
  const rows = await session.rows<{ readonly due_at: number; readonly id: number }>(
    `SELECT due_at, id FROM relay.deliveries
     WHERE destination = $1 AND status = 'pending' AND (due_at, id) < ($2::bigint, $3::bigint)
     ORDER BY due_at DESC, id DESC LIMIT ${arrangedAtOnce}`,
    destination,
    state.position_due_at ?? Number.MAX_SAFE_INTEGER,
    state.position_id ?? 0,
  )
  await groupRows(
    session,
    rows.map(({ id }) => id),
  )
  const last = rows.length === arrangedAtOnce ? rows.at(-1) : undefined
  await session.run(
    'UPDATE relay.ordered_destinations SET is_grouped = $2, position_due_at = $3, position_id = $4 WHERE destination = $1',
    destination,
    last === undefined ? 1 : 0,
    last?.due_at ?? null,
    last?.id ?? null,
  )
  return last !== undefined
}

/** Puts deliveries into the groups that their events say. They are looked at again when they are claimed. */
export async function groupRows(session: SqlSession, ids: readonly number[]): Promise<void> {
  await session.run(
    `UPDATE relay.deliveries d SET ordering_group = relay.group_of(e.customer_id, e.connection_id), ordering_key = e.order_key,
       due_at = coalesce(d.own_due_at, d.due_at), own_due_at = NULL
     FROM relay.events e WHERE d.id = ANY ($1::bigint[]) AND ${isStillPending('d')} AND e.seq = d.event_seq
     AND (d.own_due_at IS NOT NULL OR d.ordering_group IS DISTINCT FROM relay.group_of(e.customer_id, e.connection_id))`,
    ids,
  )
}

/**
 * Those whose group has something earlier pending, or something else that is being attempted. Called with the order locked, so that
 * neither changes before the caller's transaction ends.
 */
export async function waitingRows(
  session: SqlSession,
  destination: string,
  rows: readonly OrderedRow[],
  time: number | null,
): Promise<ReadonlySet<number>> {
  const groups = [...new Set(rows.flatMap((row) => row.ordering_group ?? []))]
  if (groups.length === 0) return new Set()
  const next = await session.rows<{ readonly name: string; readonly id: number; readonly is_attempted: boolean }>(
    `SELECT g.name, f.id, EXISTS (
       SELECT 1 FROM relay.deliveries l WHERE l.destination = $1 AND l.ordering_group = g.name AND l.lease_token IS NOT NULL
       AND l.due_at > (SELECT relay.now_ms($2)) AND l.id <> f.id) AS is_attempted
     FROM unnest($3::text[]) AS g(name) CROSS JOIN LATERAL (
       SELECT d.id FROM relay.deliveries d WHERE d.destination = $1 AND d.ordering_group = g.name AND ${isStillPending('d')}
       ORDER BY d.ordering_key, d.event_seq LIMIT 1) AS f`,
    destination,
    time,
    groups,
  )
  const free = new Set(next.flatMap((one) => (one.is_attempted ? [] : one.id)))
  return new Set(rows.flatMap((row) => (row.ordering_group === null || free.has(row.id) ? [] : row.id)))
}

/** Lets deliveries wait until they may be next. */
export function parkRows(session: TransactionSession, ids: readonly number[]): void {
  if (ids.length === 0) return
  session.write(
    `UPDATE relay.deliveries SET own_due_at = due_at, due_at = ${parkedDueAt}, lease_token = NULL, was_sent = ${keptSent('')}
     WHERE id = ANY ($1::bigint[])`,
    ids,
  )
}
