import type { PersonEventRow } from '../common/person-events.ts'
import type { DeliveryStatus } from '../records.ts'
import { lockOrderOfEvents } from './customer-order.ts'
import type { ErasedCounts } from './erasure-records.ts'
import { nothingErased } from './erasure-records.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

/** A delivery of an event that is to be removed. It is locked. */
interface LockedDelivery {
  readonly id: number
  readonly event_seq: number
  readonly status: DeliveryStatus
  readonly settled_at: number | null
  readonly is_in_flight: boolean
}

/** Events that nobody else changes, sends or adds a delivery to until the transaction ends. */
export interface LockedEvents {
  /** Those that are still there. */
  readonly seqs: readonly number[]
  readonly deliveries: readonly LockedDelivery[]
}

/**
 * Locks events and then their deliveries. Who adds a delivery or a version locks the event first, and finds it gone afterwards; who claims
 * a delivery locks that, and passes over those that are locked.
 */
export async function lockEvents(session: SqlSession, seqs: readonly number[], time: number | null): Promise<LockedEvents> {
  const rows = await session.rows<{ readonly seq: number }>(
    'SELECT seq FROM relay.events WHERE seq = ANY($1::bigint[]) ORDER BY seq FOR UPDATE',
    seqs,
  )
  const there = rows.map(({ seq }) => seq)
  const deliveries = await session.rows<LockedDelivery>(
    `SELECT id, event_seq, status, settled_at,
       (status = 'pending' AND lease_token IS NOT NULL AND due_at > relay.now_ms($2::bigint)) AS is_in_flight
     FROM relay.deliveries WHERE event_seq = ANY($1::bigint[]) ORDER BY id FOR UPDATE`,
    there,
    time,
  )
  return { seqs: there, deliveries }
}

/** The events that nothing is in flight of, and all deliveries that are not. */
export function freeOf({ seqs, deliveries }: LockedEvents): {
  readonly free: readonly number[]
  readonly ended: readonly number[]
} {
  const waiting = new Set(deliveries.filter((one) => one.is_in_flight).map((one) => one.event_seq))
  return {
    free: seqs.filter((seq) => !waiting.has(seq)),
    ended: deliveries.filter((one) => !one.is_in_flight).map((one) => one.id),
  }
}

/** Deletes locked events with everything that belongs to them but their keys' hashes. */
export async function removeLocked(
  session: SqlSession,
  seqs: readonly number[],
  deliveryIds: readonly number[],
): Promise<ErasedCounts> {
  const deleteOf = (table: string, column: string, ids: readonly number[]): Promise<number> =>
    ids.length === 0 ? Promise.resolve(0) : session.run(`DELETE FROM relay.${table} WHERE ${column} = ANY($1::bigint[])`, ids)
  const [, deliveries, versions, , events] = await Promise.all([
    deleteOf('attempts', 'delivery_id', deliveryIds),
    deleteOf('deliveries', 'id', deliveryIds),
    deleteOf('event_versions', 'event_seq', seqs),
    deleteOf('enrichments', 'event_seq', seqs),
    deleteOf('events', 'seq', seqs),
  ])
  return { ...nothingErased, events, versions, deliveries }
}

/**
 * Deletes events with everything that belongs to them, and remembers their keys as hashes. A delivery that is being attempted right now
 * stays, and its event with it.
 */
export async function eraseEvents(
  { guard }: Pick<StoreContext, 'guard'>,
  session: TransactionSession,
  events: readonly PersonEventRow[],
  time: number | null,
): Promise<ErasedCounts> {
  if (events.length === 0) return nothingErased
  const seqs = events.map(({ seq }) => seq)
  await lockOrderOfEvents(session, seqs)
  const { free, ended } = freeOf(await lockEvents(session, seqs, time))
  const versions = await session.rows<{ readonly event_id: string }>(
    'SELECT event_id FROM relay.event_versions WHERE event_seq = ANY($1::bigint[])',
    free,
  )
  const gone = new Set(free)
  const keys = events.filter(({ seq }) => gone.has(seq)).flatMap((row) => [row.event_id, row.idempotency_key])
  guard.addKeys(session, [...new Set([...keys, ...versions.map((row) => row.event_id)])])
  return removeLocked(session, free, ended)
}
