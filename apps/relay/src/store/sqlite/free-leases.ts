import type { Database } from 'better-sqlite3'

/** No lease is longer; what is due within it may be held by a process that is gone. */
const longestLeaseMs = 300_000

/** Makes due what was in flight: the lock proves that whoever held a lease is gone. What it held may have arrived. */
export function freeLeases(database: Database, now: number): void {
  const destinations = database.prepare<[], string>('SELECT DISTINCT destination FROM delivery_counts').pluck().all()
  const free = database.prepare(
    `UPDATE deliveries SET due_at = ?, lease_token = NULL, was_sent = was_sent OR profile_connection IS NOT NULL
     WHERE destination = ? AND status = 'pending' AND due_at > ? AND due_at <= ? AND lease_token IS NOT NULL`,
  )
  for (const destination of destinations) free.run(now, destination, now, now + longestLeaseMs)
}
