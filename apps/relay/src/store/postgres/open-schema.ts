import type { Clock } from '../../clock/clock.ts'
import { checkServer } from './check-server.ts'
import { migrateDatabase } from './migrate-database.ts'
import { openInWords } from './open-in-words.ts'
import { openPool } from './open-pool.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { postgresDatabase } from './postgres-database.ts'

/**
 * Connects to a database and brings its schema up to date. `size`: the most connections at once. Throws a `ConfigurationError` in words when
 * it cannot be used.
 */
export async function openSchema(
  url: string,
  clock: Pick<Clock, 'elapsed' | 'setTimeout'>,
  size?: number,
): Promise<PostgresDatabase> {
  const database = postgresDatabase(openPool({ url, ...(size === undefined ? {} : { size }) }), clock)
  try {
    await openInWords(url, async () => {
      await checkServer(database)
      await migrateDatabase(database)
    })
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
