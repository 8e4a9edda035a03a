import type { Clock } from '../../clock/clock.ts'
import { knownVersion } from './migrate-database.ts'
import { openInWords } from './open-in-words.ts'
import { openPool } from './open-pool.ts'
import { postgresDatabase } from './postgres-database.ts'

/**
 * The schema version of a store; 0 where there is none. Changes nothing. Throws a `ConfigurationError` in words when it cannot be read, or is
 * newer than this relay.
 */
export async function readSchemaVersion(url: string, clock: Pick<Clock, 'elapsed' | 'setTimeout'>): Promise<number> {
  const database = postgresDatabase(openPool({ url, size: 1 }), clock)
  try {
    return await openInWords(url, () => knownVersion(database))
  } finally {
    await database.close()
  }
}
