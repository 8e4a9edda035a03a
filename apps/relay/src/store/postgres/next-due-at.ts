import { parkedDueAt } from '../common/waiting-due-at.ts'
import type { Store } from '../store.ts'
import type { StoreContext } from './store-context.ts'

/** When the next pending delivery of a destination is due, or its lease ends. */
export function nextDueAt({ database, timeFor }: StoreContext): Store['nextDueAt'] {
  return async (destination, now) => {
    const row = await database.row<{ readonly due_at: number; readonly clock: number }>(
      `SELECT due_at, (SELECT relay.now_ms($2)) AS clock FROM relay.deliveries
       WHERE destination = $1 AND status = 'pending' AND due_at < ${parkedDueAt} ORDER BY due_at LIMIT 1`,
      destination,
      now === undefined ? null : timeFor(now),
    )
    if (row === undefined) return null
    return now === undefined ? row.due_at : row.due_at - row.clock + now
  }
}
