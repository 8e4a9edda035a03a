import type { Database } from 'better-sqlite3'

/** A dead letter for want of an identifier, on a row of `deliveries`; in this form it finds the index of them. */
export const isUnidentified = "status = 'dead' AND error_code = 'ERR_NO_IDENTIFIER'"

/** The connections of which something new is known of the customer. Called inside the caller's transaction. */
export interface IdentityArrivals {
  /** Remembers that, if there are dead letters at all that something was wanting for. */
  add(connectionId: string): void
}

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
