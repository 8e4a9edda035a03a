import type { RawBuilder } from 'kysely'
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { SqlSession, SqlValue } from './sql-session.ts'

/** Builds SQL for searches whose conditions vary; it runs nothing. */
const queryBuilder: Kysely<object> = new Kysely<object>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

/** The rows of a query that was built. */
export async function rowsOf<Row>(session: Pick<SqlSession, 'rows'>, query: RawBuilder<Row>): Promise<readonly Row[]> {
  const { sql, parameters } = query.compile(queryBuilder)
  return session.rows<Row>(sql, ...parameters.map(toSqlValue))
}

function toSqlValue(value: unknown): SqlValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value
  throw new TypeError('A value of a query is of no known type.')
}
