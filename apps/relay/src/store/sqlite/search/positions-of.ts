import type { Database } from 'better-sqlite3'
import type { RawBuilder } from 'kysely'
import { queryBuilder } from '../query-builder.ts'

/** The first column of a query's rows: positions. */
export function positionsOf(database: Database, query: RawBuilder<unknown>): readonly number[] {
  const { sql, parameters } = query.compile(queryBuilder)
  return database
    .prepare<unknown[], number>(sql)
    .pluck()
    .all(...parameters)
}
