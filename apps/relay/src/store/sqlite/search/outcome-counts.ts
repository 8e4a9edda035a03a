import type { Database } from 'better-sqlite3'
import type { EventSearch } from '../../records.ts'

/** How many deliveries have this status, for this destination; without either, any. */
export function countOf(database: Database, { status, destination }: Pick<EventSearch, 'status' | 'destination'>): number {
  const count = database
    .prepare<unknown[], number>(
      'SELECT coalesce(sum(count), 0) FROM delivery_counts WHERE status = coalesce(?, status) AND destination = coalesce(?, destination)',
    )
    .pluck()
    .get(status ?? null, destination ?? null)
  return count ?? 0
}

/** The destination that is meant, or every one that has deliveries. */
export function destinationsOf(database: Database, destination: string | undefined): readonly string[] {
  if (destination !== undefined) return [destination]
  return database.prepare<[], string>('SELECT DISTINCT destination FROM delivery_counts').pluck().all()
}
