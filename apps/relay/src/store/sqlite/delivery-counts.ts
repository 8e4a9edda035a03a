import type { Database } from 'better-sqlite3'
import { parkedDueAt } from '../common/waiting-due-at.ts'
import type { DestinationCounts, StoreStats } from '../store.ts'
import type { ActivityLog } from './activity-log.ts'
import { activityLog } from './activity-log.ts'

type CounterName = 'events' | 'versions' | 'quarantined' | 'enrichments'

/** Counts kept up to date in the transactions that change them, so that reading them costs the same for any history. */
export interface DeliveryCounts {
  add(destination: string, status: string, difference: number): void
  count(name: CounterName, difference: number): void
  /** What happened when. */
  readonly activity: ActivityLog
  stats(): StoreStats
}

/** Prepares the statements for counting. */
export function deliveryCounts(database: Database): DeliveryCounts {
  const add = database.prepare(
    `INSERT INTO delivery_counts (destination, status, count) VALUES (?, ?, ?)
     ON CONFLICT (destination, status) DO UPDATE SET count = count + excluded.count`,
  )
  const count = database.prepare('UPDATE counters SET value = value + ? WHERE name = ?')
  const value = database.prepare<[string], number>('SELECT value FROM counters WHERE name = ?').pluck()
  const counted = database.prepare<[], { destination: string; status: string; count: number }>(
    'SELECT destination, status, count FROM delivery_counts ORDER BY destination',
  )
  const nextDue = database
    .prepare<[string], number | null>(
      `SELECT min(due_at) FROM deliveries WHERE destination = ? AND status = 'pending' AND due_at < ${parkedDueAt}`,
    )
    .pluck()
  const oldestSince = database.prepare<[], number | null>('SELECT min(since) FROM enrichments').pluck()

  function byDestination(): DestinationCounts[] {
    const counts = new Map<string, Record<string, number>>()
    for (const row of counted.all()) counts.set(row.destination, { ...counts.get(row.destination), [row.status]: row.count })
    return [...counts].map(([destination, found]) => ({
      destination,
      counts: {
        pending: found['pending'] ?? 0,
        delivered: found['delivered'] ?? 0,
        skipped: found['skipped'] ?? 0,
        dead: found['dead'] ?? 0,
      },
      nextDueAt: nextDue.get(destination) ?? null,
    }))
  }

  return {
    add(destination, status, difference) {
      if (difference !== 0) add.run(destination, status, difference)
    },
    count(name, difference) {
      if (difference !== 0) count.run(difference, name)
    },
    activity: activityLog(database),
    stats: () => ({
      events: value.get('events') ?? 0,
      versions: value.get('versions') ?? 0,
      quarantined: value.get('quarantined') ?? 0,
      destinations: byDestination(),
      enrichments: { waiting: value.get('enrichments') ?? 0, oldestSince: oldestSince.get() ?? null },
      heldBackMs: null,
      missingKeys: [],
    }),
  }
}
