import type { SubtotalEvent } from '@subtotal-connectors/core'
import { expiresAt } from '../../enrichment/decide-enrichment.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

/** A stored event whose deliveries wait until it is completed. */
export interface WaitingEvent {
  readonly event: SubtotalEvent
  /** By the relay's clock. */
  readonly since: number
}

/** Lets stored events wait. */
export function addWaiting(
  { timeFor }: Pick<StoreContext, 'timeFor'>,
  session: TransactionSession,
  events: readonly WaitingEvent[],
): void {
  const [first] = events
  if (first === undefined) return
  session.write(
    `INSERT INTO relay.enrichments (event_seq, since, due_at, expires_at)
     SELECT e.seq, w.since, least(w.since, c.now), c.now + w.longest
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS w(event_id, since, longest)
     JOIN relay.events e ON e.event_id = w.event_id CROSS JOIN (SELECT relay.now_ms($4) AS now) AS c`,
    events.map(({ event }) => event.id),
    events.map(({ since }) => since),
    events.map(({ event, since }) => expiresAt(event, since) - since),
    timeFor(first.since),
  )
}

interface StoppedRow {
  readonly seq: number
  readonly waits: boolean
  readonly event_id: string
  readonly body: string
}

/**
 * Those of stored events whose deliveries must wait when they are made due now. One that could not be completed before begins to wait
 * again.
 */
export async function waitAgain(
  { bodies, timeFor }: Pick<StoreContext, 'bodies' | 'timeFor'>,
  session: TransactionSession,
  seqs: readonly number[],
  now: number,
): Promise<ReadonlySet<number>> {
  // Locked, so that what waits when this is asked waits until the transaction ends, and nobody else begins it.
  const rows = await session.rows<StoppedRow>(
    `SELECT e.seq, e.event_id, e.body, n.event_seq IS NOT NULL AS waits FROM relay.events e
     LEFT JOIN relay.enrichments n ON n.event_seq = e.seq
     WHERE e.seq = ANY($1::bigint[]) AND (e.is_incomplete = 1 OR n.event_seq IS NOT NULL) ORDER BY e.seq FOR UPDATE OF e`,
    seqs,
  )
  const again = rows.flatMap((row) => {
    const event = row.waits ? undefined : bodies.open(row)
    return event === undefined ? [] : [{ seq: row.seq, event, since: now }]
  })
  if (again.length > 0) {
    addWaiting({ timeFor }, session, again)
    session.write(
      'UPDATE relay.events SET is_incomplete = 0 WHERE seq = ANY($1::bigint[])',
      again.map((one) => one.seq),
    )
  }
  return new Set([...rows.filter((row) => row.waits), ...again].map((one) => one.seq))
}
