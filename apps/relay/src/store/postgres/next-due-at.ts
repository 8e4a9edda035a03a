import { parkedDueAt } from '../common/waiting-due-at.ts'
import type { Store } from '../store.ts'
import type { DueFloors } from './due-floors.ts'
import { isReadable } from './readable-body.ts'
import type { StoreContext } from './store-context.ts'

const events = ' JOIN relay.events e ON e.seq = d.event_seq'

/** When the next pending delivery of a destination is due that this relay can read, or its lease ends. */
export function nextDueAt({ database, lackedKeys, timeFor }: StoreContext, floors: DueFloors): Store['nextDueAt'] {
  return async (destination, now) => {
    const lacking = lackedKeys.ids()
    const time = now === undefined ? null : timeFor(now)
    const startedAt = floors.elapsed()
    const floor = floors.of(destination)
    const row = await database.row<{ readonly clock: number; readonly due_at: number | null }>(
      `SELECT relay.now_ms($2) AS clock, (
         SELECT d.due_at FROM relay.deliveries d${lacking.length === 0 ? '' : events}
         WHERE d.destination = $1 AND d.status = 'pending' AND d.due_at >= $3::bigint AND d.due_at < ${parkedDueAt}${isReadable('e.body', lacking, '$4')}
         ORDER BY d.due_at LIMIT 1) AS due_at`,
      destination,
      time,
      floor,
      ...(lacking.length === 0 ? [] : [lacking]),
    )
    const dueAt = row?.due_at ?? null
    const begunAt = row?.clock ?? 0
    if (floor === 0 && (dueAt === null || dueAt > begunAt)) floors.seen(destination, { begunAt, startedAt })
    if (dueAt === null || now === undefined) return dueAt
    return dueAt - begunAt + now
  }
}
