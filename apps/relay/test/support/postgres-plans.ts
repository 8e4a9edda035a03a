import type { SqlSession, SqlValue } from '../../src/store/postgres/sql-session.ts'

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly PlanNode[]
}

interface Explained {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }]
}

/** A session that counts the rows of tables and indexes that its queries look at. */
export function countingSession(session: SqlSession): { readonly session: SqlSession; rowsLookedAt(): number } {
  let looked = 0
  async function rows<Row>(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]> {
    const explained = await session.rows<Explained>(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`, ...values)
    looked += explained.reduce((sum, one) => sum + rowsOf(one['QUERY PLAN'][0].Plan), 0)
    return session.rows<Row>(sql, ...values)
  }
  return {
    session: {
      ...session,
      rows,
      row: async <Row>(sql: string, ...values: readonly SqlValue[]) => (await rows<Row>(sql, ...values))[0],
    },
    rowsLookedAt: () => looked,
  }
}

/** A bitmap's rows are those of its index; a subquery's and a recursion's those of what they read. */
function rowsOf(node: PlanNode): number {
  const isRead = /^(Seq|Index|Index Only|Bitmap Index|Tid) Scan$/.test(node['Node Type'])
  const own = isRead ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'] : 0
  return own + (node.Plans ?? []).reduce((sum, part) => sum + rowsOf(part), 0)
}
