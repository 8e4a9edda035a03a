import { parkedDueAt } from '../common/waiting-due-at.ts'
import type { Store } from '../store.ts'
import { isReadable } from './readable-body.ts'
import type { StoreContext } from './store-context.ts'

const events = ' JOIN relay.events e ON e.seq = d.event_seq'

/** When the next pending delivery of a destination is due that this relay can read, or its lease ends. */
export function nextDueAt({ database, lackedKeys, timeFor }: StoreContext): Store['nextDueAt'] {
  return async (destination, now) => {
    const lacking = lackedKeys.ids()
    const row = await database.row<{ readonly due_at: number; readonly clock: number }>(
      `SELECT d.due_at, (SELECT relay.now_ms($2)) AS clock FROM relay.deliveries d${lacking.length === 0 ? '' : events}
       WHERE d.destination = $1 AND d.status = 'pending' AND d.due_at < ${parkedDueAt}${isReadable('e.body', lacking, '$3')}
       ORDER BY d.due_at LIMIT 1`,
      destination,
      now === undefined ? null : timeFor(now),
      ...(lacking.length === 0 ? [] : [lacking]),
    )
    if (row === undefined) return null
    return now === undefined ? row.due_at : row.due_at - row.clock + now
  }
}
