import { parkedDueAt } from '../common/waiting-due-at.ts'
import type { StoreStats } from '../store.ts'
import type { SqlSession } from './sql-session.ts'

interface TotalsRow {
  readonly events: number
  readonly versions: number
  readonly quarantined: number
  readonly waiting: number
  readonly oldest_since: number | null
}

interface DestinationRow {
  readonly destination: string
  readonly pending: number
  readonly delivered: number
  readonly skipped: number
  readonly dead: number
  readonly next_due_at: number | null
}

const counter = (name: string): string => `coalesce((SELECT sum(value) FROM relay.counters WHERE name = '${name}'), 0)::bigint`
const count = (status: string): string => `coalesce(sum(count) FILTER (WHERE status = '${status}'), 0)::bigint AS ${status}`

const totals = `SELECT ${counter('events')} AS events, ${counter('versions')} AS versions, ${counter('quarantined')} AS quarantined,
  ${counter('enrichments')} AS waiting, (SELECT min(since) FROM relay.enrichments) AS oldest_since`

const byDestination = `SELECT c.destination, ${['pending', 'delivered', 'skipped', 'dead'].map(count).join(', ')},
  (SELECT d.due_at FROM relay.deliveries d
   WHERE d.destination = c.destination AND d.status = 'pending' AND d.due_at < ${parkedDueAt}
   ORDER BY d.due_at LIMIT 1) AS next_due_at
  FROM relay.delivery_counts c GROUP BY c.destination ORDER BY c.destination COLLATE "C"`

/** Counts of what is stored, at the same cost for any history. */
export async function storeStats(session: SqlSession): Promise<Omit<StoreStats, 'heldBackMs' | 'missingKeys'>> {
  const [counted, destinations] = await Promise.all([session.row<TotalsRow>(totals), session.rows<DestinationRow>(byDestination)])
  return {
    events: counted?.events ?? 0,
    versions: counted?.versions ?? 0,
    quarantined: counted?.quarantined ?? 0,
    destinations: destinations.map(({ destination, next_due_at: nextDueAt, ...counts }) => ({ destination, counts, nextDueAt })),
    enrichments: { waiting: counted?.waiting ?? 0, oldestSince: counted?.oldest_since ?? null },
  }
}
