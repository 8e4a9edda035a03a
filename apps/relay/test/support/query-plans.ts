import type { Database } from 'better-sqlite3'

/** What SQLite means to do for one step of a statement. */
export interface PlanStep {
  readonly sql: string
  readonly detail: string
}

/** Notes every statement that is prepared from now on. */
export function recordStatements(database: Database): {
  readonly statements: Set<string>
  /** The steps of all of them. */
  plans(): readonly PlanStep[]
} {
  const statements = new Set<string>()
  const prepare = database.prepare.bind(database)
  Object.defineProperty(database, 'prepare', {
    value: (sql: string) => {
      statements.add(sql)
      return prepare(sql)
    },
  })
  return {
    statements,
    plans: () =>
      [...statements].flatMap((sql) => {
        const parameters = Array.from(sql.matchAll(/\?/g), () => null)
        const steps = prepare<null[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters)
        return steps.map(({ detail }) => ({ sql, detail }))
      }),
  }
}
