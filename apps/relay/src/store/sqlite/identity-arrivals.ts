import type { Database } from 'better-sqlite3'
import type { IdentityArrivals } from '../common/identity-arrivals.ts'
import { isUnidentified } from '../common/identity-arrivals.ts'

/** Prepares the statements. */
export function identityArrivals(database: Database): IdentityArrivals {
  const hasLetters = database
    .prepare<[], number>(`SELECT 1 FROM deliveries WHERE is_identified = 0 AND ${isUnidentified} LIMIT 1`)
    .pluck()
  const insert = database.prepare(
    'INSERT INTO identity_arrivals (connection_id) VALUES (?) ON CONFLICT (connection_id) DO UPDATE SET position = 0',
  )
  return {
    add(connectionId) {
      if (hasLetters.get() !== undefined) insert.run(connectionId)
    },
  }
}
