import type { PostgresDatabase } from './postgres-database.ts'

/** A moment by the database's transactions: what was deleted before it is seen by nobody who comes later. */
export type CleaningMark = string

/** Somebody still reads what was there before, above all who makes a dump: so long it is waited before they are looked for again. */
export const readerMs = 1_000

/** A mark of now. What is to be cleaned must have been committed. */
export async function markCleaning(database: PostgresDatabase): Promise<CleaningMark> {
  return (await database.value<string>('SELECT pg_snapshot_xmax(pg_current_snapshot())::text')) ?? '0'
}

/**
 * Takes what was deleted or replaced before the mark out of tables and their indexes, and out of the values that the server has noted of them
 * to plan with. `false`: it cannot be yet, as somebody in this database still sees it, or was ended before it was done. Where the role may not,
 * the server passes over a table with a warning, and its own vacuum does it.
 */
export async function cleanTables(database: PostgresDatabase, tables: readonly string[], mark: CleaningMark): Promise<boolean> {
  const isSeen = await database.value<boolean>(
    `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND backend_type = 'client backend' AND greatest(age(backend_xid), age(backend_xmin)) > age($1::xid8::xid))`,
    mark,
  )
  if (isSeen === true) return false
  const names = tables.map((table) => `relay.${table}`).join(', ')
  // With their indexes, whatever they hold of it: by default a few dead entries are left.
  return database.maintain(`VACUUM (INDEX_CLEANUP ON, TRUNCATE OFF, ANALYZE) ${names}, pg_catalog.pg_statistic`)
}
