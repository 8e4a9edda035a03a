import type { Database } from 'better-sqlite3'
import type { DeliveryStatus } from '../../records.ts'

/** So many deliveries can be looked at all together in a fraction of a second. */
export const fewDeliveries = 150_000

/** How many deliveries have a status, for one destination or for all. */
export function countOf(database: Database, status: DeliveryStatus, destination: string | undefined): number {
  const where = destination === undefined ? '' : 'AND destination = ?'
  const count = database
    .prepare<unknown[], number>(`SELECT coalesce(sum(count), 0) FROM delivery_counts WHERE status = ? ${where}`)
    .pluck()
    .get(status, ...(destination === undefined ? [] : [destination]))
  return count ?? 0
}

/** The destination that is meant, or every one that has deliveries. */
export function destinationsOf(database: Database, destination: string | undefined): readonly string[] {
  if (destination !== undefined) return [destination]
  return database.prepare<[], string>('SELECT DISTINCT destination FROM delivery_counts').pluck().all()
}
