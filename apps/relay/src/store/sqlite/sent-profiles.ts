import type { Database } from 'better-sqlite3'
import type { ProfileRow } from '../common/profile-order.ts'
import { mayHaveArrived } from '../common/profile-order.ts'

/** Whether a newer profile of the connection went before a due one. Called inside the caller's transaction. */
export function sentProfiles(database: Database): (row: ProfileRow) => boolean {
  const newer = database
    .prepare<[string, string, string], number>(
      `SELECT 1 FROM deliveries WHERE destination = ? AND profile_connection = ? AND ordering_key > ? AND ${mayHaveArrived('')} LIMIT 1`,
    )
    .pluck()
  return ({ destination, connection_id: connectionId, order_key: key }) => newer.get(destination, connectionId, key) !== undefined
}
