import { randomUUID } from 'node:crypto'
import type { PoolClient, QueryConfig } from 'pg'
import { cutConnection } from './cut-connection.ts'
import type { SqlSession } from './sql-session.ts'

/** Statements that take their time and may be ended before they are done. */
export interface Maintenance {
  /** `false`: it was ended. */
  run(sql: string): Promise<boolean>
  /** Ends what runs, and begins nothing any more. */
  end(): Promise<void>
}

/** The longest that a vacuum may take. */
const maintenanceMs = 6 * 3_600_000

/** The server ends a statement that bears this mark. Who asks is behind a pooler, perhaps, and knows no process by its number. */
const cancel = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND starts_with(query, $1)`

/** Maintenance on connections that `withClient` lends. `ask`: runs a statement for which nobody waits long. */
export function maintenance(
  withClient: <Result>(work: (client: PoolClient) => Promise<Result>) => Promise<Result>,
  ask: SqlSession['run'],
): Maintenance {
  const running = new Map<string, PoolClient>()
  let isEnding = false

  async function endOne(mark: string, client: PoolClient): Promise<void> {
    await ask(cancel, mark).catch(() => undefined)
    // What could not be told to end is left to the server.
    if (running.has(mark)) cutConnection(client)
  }

  return {
    async run(sql) {
      if (isEnding) return false
      const mark = `/* subtotal-relay ${randomUUID()} */`
      try {
        await withClient(async (client) => {
          if (isEnding) return
          const statement: QueryConfig & { readonly query_timeout: number } = {
            text: `${mark} ${sql}`,
            query_timeout: maintenanceMs,
          }
          running.set(mark, client)
          await client.query(statement)
        })
        return !isEnding
      } catch (error) {
        if (isEnding) return false
        throw error
      } finally {
        running.delete(mark)
      }
    },
    async end() {
      isEnding = true
      await Promise.all([...running].map(([mark, client]) => endOne(mark, client)))
    },
  }
}
