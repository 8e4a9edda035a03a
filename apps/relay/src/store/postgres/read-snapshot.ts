import type { PostgresDatabase } from './postgres-database.ts'
import type { SqlSession } from './sql-session.ts'

/**
 * Every search has an index that holds what it looks for in the order of the answer, and is left when the page is full. PostgreSQL would
 * rather read and sort whole tables, or take an index that holds much else too, where it expects to find rows in few places: so pages cost
 * nothing, and the plan that looks at the fewest rows is the cheapest, whatever it guesses of how many match.
 */
const settings: Readonly<Record<string, string>> = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashagg: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  seq_page_cost: '0',
  random_page_cost: '0',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
}

const begin = [
  'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
  ...Object.entries(settings).map(([name, value]) => `SET LOCAL ${name} TO ${value}`),
].join('; ')

/** Reads what was committed at one moment. */
export async function readSnapshot<Result>(
  database: Pick<PostgresDatabase, 'transaction'>,
  work: (session: SqlSession) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (session) => {
    await session.run(begin)
    return work(session)
  })
}
