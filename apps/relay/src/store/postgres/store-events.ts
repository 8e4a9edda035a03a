import type { NewEvent } from '../common/ingest-event.ts'
import { waitingDueAt } from '../common/waiting-due-at.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

/** Stores events with their deliveries. */
export function storeEvents(
  { bodies, contentHashes, timeFor }: Pick<StoreContext, 'bodies' | 'contentHashes' | 'timeFor'>,
  session: TransactionSession,
  events: readonly NewEvent[],
  destinations: readonly string[],
): void {
  const [first] = events
  if (first === undefined) return
  session.write(
    `WITH given AS (
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
         $10::text[], $11::text[], $12::bigint[], $13::int[])
       WITH ORDINALITY AS g(event_id, idempotency_key, type, occurred_at, received_at, order_key, customer_id, connection_id, retailer,
         content_hash, body, since, must_wait, place)
     ), stored AS (
       INSERT INTO relay.events (event_id, idempotency_key, type, occurred_at, received_at, order_key, customer_id, connection_id, retailer,
         content_hash, body)
       SELECT event_id, idempotency_key, type, occurred_at, received_at, order_key, customer_id, connection_id, retailer, content_hash, body
       FROM given ORDER BY place RETURNING seq, event_id
     ), clock AS MATERIALIZED (SELECT relay.now_ms($14) AS now)
     INSERT INTO relay.deliveries (event_seq, destination, status, due_at, pending_since)
     SELECT s.seq, d.name, 'pending', CASE WHEN g.must_wait = 1 THEN $15::bigint ELSE least(g.since, c.now) END, g.since
     FROM stored s JOIN given g USING (event_id) CROSS JOIN unnest($16::text[]) WITH ORDINALITY AS d(name, place) CROSS JOIN clock c
     ORDER BY s.seq, d.place`,
    events.map(({ event }) => event.id),
    events.map(({ event }) => event.idempotencyKey),
    events.map(({ event }) => event.type),
    events.map(({ event }) => event.occurredAt),
    events.map(({ incoming }) => incoming.receivedAt),
    events.map(({ incoming }) => incoming.orderKey),
    events.map(({ event }) => event.customer.id),
    events.map(({ event }) => event.connection.id),
    events.map(({ event }) => event.connection.retailer),
    events.map(({ incoming }) => contentHashes.toStored(incoming.contentHash)),
    events.map(({ event }) => bodies.seal(event)),
    events.map(({ since }) => since),
    events.map(({ mustWait }) => (mustWait ? 1 : 0)),
    timeFor(first.since),
    waitingDueAt,
    destinations,
  )
}
