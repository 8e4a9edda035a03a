import type { SubtotalEvent } from '@subtotal-connectors/core'
import { isIdentifiedWholly } from '../../identity/identify-late.ts'
import { isUnidentified } from '../common/identity-arrivals.ts'
import type { LateIdentityVerdict } from '../common/judge-late-identity.ts'
import { anothersReason, judgeLateIdentity } from '../common/judge-late-identity.ts'
import { openConnections } from './connection-memory.ts'
import { lockOrderOfEvents } from './customer-order.ts'
import { OvertakenError } from './postgres-database.ts'
import { removeEvents } from './remove-events.ts'
import { replaceEvents } from './replace-events.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

/** Events that may be given the identifiers that came after them. */
export interface LateIdentities {
  /**
   * Gives them what is known by now. Dead letters of theirs for want of an identifier are marked, and those being sent without it, which may
   * become some. Resolves to the events that were dropped.
   */
  identify(now: number): Promise<ReadonlySet<number>>
}

interface EventRow {
  readonly seq: number
  readonly event_id: string
  readonly order_key: string
  readonly connection_id: string
  readonly body: string
  readonly version: string
}

interface OpenedRow extends EventRow {
  readonly event: SubtotalEvent
}

/**
 * Locks what is known of the events' connections, then all the `seqs`, of which those in `wanting` may be identified: what is said of a
 * connection meanwhile waits, and then finds letters that were looked at before. Nothing may be locked before. Events that are gone, or of
 * which only the ledger entry is left, are not in `seqs` of the result.
 */
export async function lockLateIdentities(
  context: StoreContext,
  session: TransactionSession,
  { seqs, wanting }: { readonly seqs: readonly number[]; readonly wanting: readonly number[] },
): Promise<LateIdentities & { readonly seqs: ReadonlySet<number> }> {
  const opened = await openEvents(context, session, wanting)
  const connections =
    opened.length === 0
      ? undefined
      : await openConnections(
          context,
          session,
          opened.map(({ connection_id: connectionId, order_key: orderKey, event: { customer } }) => ({
            connectionId,
            orderKey,
            owners: [{ customerId: customer.id, email: customer.email, mobile: customer.mobile }],
          })),
        )
  if (opened.length > 0) await lockOrderOfEvents(session, seqs)
  const locked = await session.rows<Pick<EventRow, 'seq' | 'version'>>(
    `SELECT seq, xmin::text AS version FROM relay.events WHERE seq = ANY($1::bigint[]) AND payload_deleted_at IS NULL
     ORDER BY seq FOR UPDATE`,
    seqs,
  )
  const versions = new Map(locked.map(({ seq, version }) => [seq, version]))
  const present = opened.filter(({ seq }) => versions.has(seq))
  if (present.some(({ seq, version }) => versions.get(seq) !== version)) throw new OvertakenError()

  return {
    seqs: new Set(versions.keys()),
    async identify(now) {
      if (connections === undefined) return new Set()
      const verdicts = present.map((row) => ({
        seq: row.seq,
        verdict: judgeLateIdentity(connections, row.event, row.order_key),
      }))
      const seqsOf = (result: LateIdentityVerdict['result']): readonly number[] =>
        verdicts.flatMap(({ seq, verdict }) => (verdict.result === result ? seq : []))
      const erased = seqsOf('erased')
      const identified = new Map(
        verdicts.flatMap(({ seq, verdict }) => (verdict.result === 'identified' ? [[seq, verdict.event] as const] : [])),
      )
      await lockDeliveries(session, [...identified.keys()])
      await replaceEvents(context, session, identified)
      await markLetters(session, [...identified.keys()])
      await explainLetters(session, seqsOf('anothers'))
      await removeEvents(session, erased, context.timeFor(now))
      connections.save()
      return new Set(erased)
    },
  }
}

async function openEvents(
  { bodies }: Pick<StoreContext, 'bodies'>,
  session: SqlSession,
  seqs: readonly number[],
): Promise<readonly OpenedRow[]> {
  if (seqs.length === 0) return []
  const rows = await session.rows<EventRow>(
    `SELECT seq, event_id, order_key, connection_id, body, xmin::text AS version FROM relay.events
     WHERE seq = ANY($1::bigint[]) AND payload_deleted_at IS NULL ORDER BY seq`,
    seqs,
  )
  return rows.flatMap((row) => {
    const event = bodies.open(row)
    return event === undefined || isIdentifiedWholly(event) ? [] : { ...row, event }
  })
}

/** Whoever is claiming one of them has it, and its event as it was, before the event changes: then it is marked. */
async function lockDeliveries(session: SqlSession, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return
  await session.run(
    `SELECT FROM relay.deliveries WHERE event_seq = ANY($1::bigint[]) AND status IN ('pending', 'dead') ORDER BY id FOR UPDATE`,
    seqs,
  )
}

async function markLetters(session: SqlSession, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return
  await session.run(
    `UPDATE relay.deliveries SET is_identified = 1
     WHERE event_seq = ANY($1::bigint[]) AND ((${isUnidentified}) OR (status = 'pending' AND lease_token IS NOT NULL))`,
    seqs,
  )
}

async function explainLetters(session: SqlSession, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return
  await session.run(
    `UPDATE relay.deliveries SET error_message = error_message || $2::text
     WHERE event_seq = ANY($1::bigint[]) AND ${isUnidentified} AND strpos(error_message, $2::text) = 0`,
    seqs,
    anothersReason,
  )
}
