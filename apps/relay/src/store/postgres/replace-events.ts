import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/**
 * Stores events, by their row, as they are now that more is known of them, for every destination. Called inside the caller's transaction,
 * which has their connections locked.
 */
export async function replaceEvents(
  { bodies }: Pick<StoreContext, 'bodies'>,
  session: SqlSession,
  events: ReadonlyMap<number, SubtotalEvent>,
): Promise<void> {
  if (events.size === 0) return
  const replaced = [...events.values()]
  await session.run(
    `UPDATE relay.events e SET body = v.body, occurred_at = v.occurred_at, customer_id = v.customer_id, retailer = v.retailer
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) AS v(seq, body, occurred_at, customer_id, retailer)
     WHERE e.seq = v.seq`,
    [...events.keys()],
    replaced.map((event) => bodies.seal(event)),
    replaced.map((event) => event.occurredAt),
    replaced.map((event) => event.customer.id),
    replaced.map((event) => event.connection.retailer),
  )
}
