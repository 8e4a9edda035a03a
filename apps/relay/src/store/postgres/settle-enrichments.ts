import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { Found } from '../../enrichment/complete-from-subtotal.ts'
import type { Ownership } from '../../erasure/person.ts'
import type { WaitingRow } from '../common/complete-waiting.ts'
import { completeWaiting } from '../common/complete-waiting.ts'
import type { EnrichmentSettlement, EnrichmentStore, EnrichmentVerdict, SettledEnrichment } from '../enrichment-store.ts'
import { countActivity, deadLetters } from './activity-log.ts'
import type { ConnectionMemory } from './connection-memory.ts'
import { openConnections } from './connection-memory.ts'
import { lockOrderOfEvents } from './customer-order.ts'
import { endWaiting, letWaitingGo } from './end-waiting.ts'
import { removeEvents } from './remove-events.ts'
import { replaceEvents } from './replace-events.ts'
import { rowId } from './row-id.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

interface EnrichmentRow extends WaitingRow {
  readonly event_seq: number
  readonly lease_token: string | null
}

/** A settlement of an event that still waits. */
interface Settling {
  readonly row: EnrichmentRow
  readonly found: Found
  readonly verdict: EnrichmentVerdict
}

type Request = Parameters<EnrichmentStore['settleEnrichments']>[0]

const rowColumns = 'n.event_seq, n.lease_token, e.event_id, e.body, e.order_key, e.connection_id'
const waitingRows = `SELECT ${rowColumns} FROM relay.enrichments n JOIN relay.events e ON e.seq = n.event_seq
  WHERE n.event_seq = ANY($1::bigint[]) ORDER BY n.event_seq`

/** Stores what was found for events that wait, and lets their deliveries go, ends them, or lets them wait on. */
export function settleEnrichments(context: StoreContext): EnrichmentStore['settleEnrichments'] {
  return (request) =>
    context.database.transaction(async (session) => {
      const memory = await openMemory(context, session, request)
      const settling = await lockWaiting(session, request)
      const { dropped, completed } = complete(context, memory, settling)
      await replaceEvents(context, session, completed)
      await removeEvents(session, [...dropped], context.timeFor(request.now))
      const ended = await settle(
        context,
        session,
        request,
        settling.filter(({ row }) => !dropped.has(row.event_seq)),
      )
      memory.save()
      return request.settlements.map(({ id }) => ({ id, destinations: ended.get(rowId(id)) ?? [] }))
    })
}

/** Of the connections of all that waits: whoever erases or identifies one of these events waits until they are settled. */
async function openMemory(
  context: StoreContext,
  session: TransactionSession,
  { settlements }: Request,
): Promise<ConnectionMemory> {
  const found = new Map(settlements.map((one) => [rowId(one.id), one.found]))
  const rows = await session.rows<EnrichmentRow>(waitingRows, seqsOf(settlements))
  const requests = rows.map((row) => {
    const contact = found.get(row.event_seq)?.contact
    const event = context.bodies.open(row)
    const owners = [...(contact === undefined ? [] : [contact]), ...(event === undefined ? [] : [ownerOf(event)])]
    return { connectionId: row.connection_id, orderKey: row.order_key, owners }
  })
  return openConnections(context, session, requests)
}

function ownerOf({ customer }: SubtotalEvent): Ownership {
  return { customerId: customer.id, email: customer.email, mobile: customer.mobile }
}

/** One for each event, in the order of the settlements. Whoever lets deliveries of an event wait locks the event too. */
async function lockWaiting(session: SqlSession, { settlements }: Request): Promise<readonly Settling[]> {
  const seqs = seqsOf(settlements)
  const [, , rows] = await Promise.all([
    lockOrderOfEvents(session, seqs),
    // By themselves, so that what still waits is read as whoever had them locked left it.
    session.run('SELECT FROM relay.events WHERE seq = ANY($1::bigint[]) ORDER BY seq FOR UPDATE', seqs),
    session.rows<EnrichmentRow>(`${waitingRows} FOR UPDATE OF n`, seqs),
  ])
  const waiting = new Map(rows.map((row) => [row.event_seq, row]))
  return settlements.flatMap(({ id, found, verdict }) => {
    const row = waiting.get(rowId(id) ?? 0)
    if (row === undefined) return []
    waiting.delete(row.event_seq)
    return [{ row, found, verdict }]
  })
}

function seqsOf(settlements: readonly EnrichmentSettlement[]): readonly number[] {
  return settlements.flatMap(({ id }) => rowId(id) ?? [])
}

function complete(
  { bodies }: StoreContext,
  memory: ConnectionMemory,
  settling: readonly Settling[],
): { readonly dropped: ReadonlySet<number>; readonly completed: ReadonlyMap<number, SubtotalEvent> } {
  const dropped = new Set<number>()
  const completed = new Map<number, SubtotalEvent>()
  for (const { row, found } of settling) {
    const event = completeWaiting({ bodies, ...memory }, row, found)
    if (event === 'dropped') dropped.add(row.event_seq)
    else if (event !== undefined) completed.set(row.event_seq, event)
  }
  return { dropped, completed }
}

/** The destinations of the deliveries that wait no longer, by the event. */
async function settle(
  { timeFor }: StoreContext,
  session: TransactionSession,
  { now, leaseToken }: Request,
  settling: readonly Settling[],
): Promise<ReadonlyMap<number | null, SettledEnrichment['destinations']>> {
  const ours = settling.filter(({ row }) => row.lease_token === leaseToken)
  const done = settling.flatMap(({ row, verdict }) => (verdict.status === 'done' ? row.event_seq : []))
  const dead = ours.flatMap(({ row, verdict: one }) => (one.status === 'dead' ? { seq: row.event_seq, ...one } : []))
  const time = timeFor(now)
  await putBack(session, ours, now, time)
  const released = await letWaitingGo(session, done, now, time)
  const ended = await endWaiting(session, dead, now, time)
  countActivity(session, deadLetters([...ended.values()].flat(), now))
  return new Map([...released, ...ended])
}

async function putBack(session: SqlSession, ours: readonly Settling[], now: number, time: number | null): Promise<void> {
  const kept = ours.flatMap(({ row, verdict: one }) => (one.status === 'retry' ? { seq: row.event_seq, ...one } : []))
  if (kept.length === 0) return
  await session.run(
    `UPDATE relay.enrichments n SET due_at = relay.now_ms($7::bigint) + v.due_in, expires_at = relay.now_ms($7::bigint) + v.expires_in,
       lease_token = NULL, lease_ends_at = NULL, attempts = n.attempts + v.attempts, error_code = v.code, error_message = v.message
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::text[])
       AS v(seq, due_in, expires_in, attempts, code, message) WHERE n.event_seq = v.seq`,
    kept.map(({ seq }) => seq),
    kept.map(({ dueAt }) => dueAt - now),
    kept.map(({ expiresAt }) => expiresAt - now),
    kept.map(({ isAttempt }) => (isAttempt ? 1 : 0)),
    kept.map(({ error }) => error?.code ?? null),
    kept.map(({ error }) => error?.message ?? null),
    time,
  )
}
