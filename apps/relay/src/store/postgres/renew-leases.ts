import type { Store } from '../store.ts'
import { rowId } from './row-id.ts'
import { isStillPending } from './still-pending.ts'
import type { StoreContext } from './store-context.ts'

/** Prolongs leases that are held with the token, also one that has ended and that nobody has taken over. */
export function renewLeases({ database, timeFor }: StoreContext): Store['renew'] {
  return async ({ deliveryIds, leaseToken, now, leaseUntil }) => {
    const ids = deliveryIds.flatMap((id) => rowId(id) ?? [])
    await database.transaction(
      (session) =>
        session.run(
          `UPDATE relay.deliveries SET due_at = relay.now_ms($3) + $4::bigint WHERE id IN (
             SELECT id FROM relay.deliveries d WHERE id = ANY ($1::bigint[]) AND lease_token = $2 AND ${isStillPending('d')}
             ORDER BY id FOR UPDATE)`,
          ids,
          leaseToken,
          timeFor(now),
          leaseUntil - now,
        ),
      { isRelaxed: true, looksUpRows: true },
    )
  }
}
