import type { ClientBase } from 'pg'
import type { SqlSession, SqlValue } from './sql-session.ts'
import { sqlSession } from './sql-session.ts'

/** Statements of one transaction. */
export interface TransactionSession extends SqlSession {
  /**
   * Sends a change that nothing is decided by, and does not wait for it: when it fails, so does the transaction. What is written last and
   * the commit are one round trip.
   */
  write(sql: string, ...values: readonly SqlValue[]): void
}

/** Runs one transaction on a connection. `begin` is sent with the first statement. */
export async function runTransaction<Result>(
  client: Pick<ClientBase, 'query'>,
  begin: string,
  work: (session: TransactionSession) => Promise<Result>,
): Promise<Result> {
  const session = sqlSession(client)
  const failures: unknown[] = []
  const sent: Promise<unknown>[] = []

  /** What failed first is why the transaction did: all that follows it is refused for that. */
  function noted<Answer>(statement: Promise<Answer>): Promise<Answer> {
    sent.push(statement.catch((error: unknown) => failures.push(error)))
    return statement
  }

  function check(): void {
    if (failures.length > 0) throw failures[0]
  }

  void noted(client.query(begin))
  try {
    const result = await work({
      rows: (sql, ...values) => noted(session.rows(sql, ...values)),
      row: (sql, ...values) => noted(session.row(sql, ...values)),
      value: (sql, ...values) => noted(session.value(sql, ...values)),
      run: (sql, ...values) => noted(session.run(sql, ...values)),
      write(sql, ...values) {
        check()
        void noted(session.run(sql, ...values))
      },
    })
    check()
    // What failed on the way makes it a rollback.
    await Promise.all([client.query('COMMIT'), ...sent])
    check()
    return result
  } catch (error) {
    await Promise.all(sent)
    await client.query('ROLLBACK').catch((failed: unknown) => {
      throw failures[0] ?? failed
    })
    throw failures[0] ?? error
  }
}
