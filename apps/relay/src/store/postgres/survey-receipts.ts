import type { ImportsStore } from '../imports-store.ts'
import type { StoreContext } from './store-context.ts'

/** So many events are looked at in one go: a few milliseconds. */
const windowSize = 5_000

/** Reads when webhooks came in, a part at a time. */
export function surveyReceipts({ database }: StoreContext): ImportsStore['surveyReceipts'] {
  return async (before) => {
    const end = before ?? (await database.value<number>('SELECT coalesce(max(seq), 0) FROM relay.events')) ?? 0
    const start = Math.max(0, end - windowSize)
    const rows = await database.rows<{ readonly received_at: number }>(
      'SELECT received_at FROM relay.events WHERE seq > $1 AND seq <= $2 AND import_id IS NULL ORDER BY seq DESC',
      start,
      end,
    )
    return { times: rows.map((row) => row.received_at), next: start === 0 ? null : start }
  }
}
