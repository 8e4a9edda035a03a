import type { Pool, PoolClient, QueryConfig } from 'pg'
import type { Clock } from '../../clock/clock.ts'
import type { SqlSession } from './sql-session.ts'
import { sqlSession } from './sql-session.ts'

/** A transaction's promise. */
interface TransactionOptions {
  /** Whether a crash of the database may undo it: for leases, which end by themselves. Default: it is synced. */
  readonly isRelaxed?: boolean
  /**
   * Whether rows are looked up one by one in the order of an index, whatever PostgreSQL believes: what it knows of some time ago makes it
   * read and sort a whole backlog that has come since. Default: as it thinks best.
   */
  readonly looksUpRows?: boolean
}

/**
 * Statements on any connection of a pool. One that fails because of another transaction is tried again. When the connection is lost in the
 * middle of a commit the promise is rejected, whether it was done or not.
 */
export interface PostgresDatabase extends SqlSession {
  /** All of it or nothing, in one transaction that sees what others commit (READ COMMITTED). `work` may run more than once. */
  transaction<Result>(work: (session: SqlSession) => Promise<Result>, options?: TransactionOptions): Promise<Result>
  /** As `transaction`, if no other one of this name is under way in any relay; else `undefined`. */
  exclusive<Result>(name: string, work: (session: SqlSession) => Promise<Result>): Promise<Result | undefined>
  /** Runs a statement that takes its time and stands outside of transactions: `VACUUM`. */
  maintain(sql: string): Promise<void>
  close(): Promise<void>
}

/** Another transaction was quicker than this one could see: it is to be tried again, and then sees what the other one did. */
export class OvertakenError extends Error {
  override readonly name: string = 'OvertakenError'
}

/** A serialisation failure, a deadlock. */
const transientCodes = new Set(['40001', '40P01'])
const mostTries = 10

/**
 * The server ends a transaction that it has heard nothing of for so long, and with it the locks: those of a relay that is cut off from it,
 * or stands still, would keep the others from its events until TCP gives up, which takes hours.
 */
const begin = "BEGIN; SET LOCAL idle_in_transaction_session_timeout TO '10s'"

const relaxed = '; SET LOCAL synchronous_commit TO off'
const looksUp = ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin'].map((way) => `; SET LOCAL enable_${way} TO off`).join('')

/** The longest that a vacuum may take. */
const maintenanceMs = 6 * 3_600_000

/** After a connection could not be made, no other is tried for so long. */
const restMs = 1_000

/** A database on a pool of connections. */
export function postgresDatabase(pool: Pool, clock: Pick<Clock, 'elapsed'>): PostgresDatabase {
  let failure: { readonly error: unknown; readonly at: number } | undefined
  let closing: Promise<void> | undefined

  async function connect(): Promise<PoolClient> {
    if (failure !== undefined) {
      if (clock.elapsed() - failure.at < restMs) throw failure.error
      // One tries for all.
      failure = { error: failure.error, at: clock.elapsed() }
    }
    try {
      const client = await pool.connect()
      failure = undefined
      return client
    } catch (error) {
      // Where all connections are in use, the database is there.
      if (pool.totalCount < pool.options.max) failure = { error, at: clock.elapsed() }
      throw error
    }
  }

  /** A connection on which something else than a statement failed is not used again. */
  async function withClient<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const client = await connect()
    let isBroken = true
    try {
      const result = await work(client)
      isBroken = false
      return result
    } catch (error) {
      isBroken = sqlStateOf(error) === undefined && !(error instanceof OvertakenError)
      throw error
    } finally {
      client.release(isBroken)
    }
  }

  async function transaction<Result>(
    work: (session: SqlSession) => Promise<Result>,
    { isRelaxed = false, looksUpRows = false }: TransactionOptions = {},
  ): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await withClient(async (client) => {
          // Sent with the first statement, whose failure tells of this one's.
          client.query(`${begin}${isRelaxed ? relaxed : ''}${looksUpRows ? looksUp : ''}`).catch(() => undefined)
          try {
            const result = await work(sqlSession(client))
            await client.query('COMMIT')
            return result
          } catch (error) {
            await client.query('ROLLBACK')
            throw error
          }
        })
      } catch (error) {
        if (tries === mostTries || !isTransient(error)) throw error
      }
    }
  }

  const outside = <Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> =>
    withClient((client) => work(sqlSession(client)))

  return {
    rows: (sql, ...values) => outside((session) => session.rows(sql, ...values)),
    row: (sql, ...values) => outside((session) => session.row(sql, ...values)),
    value: (sql, ...values) => outside((session) => session.value(sql, ...values)),
    run: (sql, ...values) => outside((session) => session.run(sql, ...values)),
    transaction,
    exclusive: (name, work) =>
      transaction(async (session) => {
        const isOurs = await session.value<boolean>('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))', `relay.${name}`)
        return isOurs === true ? work(session) : undefined
      }),
    maintain: (sql) =>
      withClient(async (client) => {
        const statement: QueryConfig & { readonly query_timeout: number } = { text: sql, query_timeout: maintenanceMs }
        await client.query(statement)
      }),
    close: () => (closing ??= pool.end()),
  }
}

function isTransient(error: unknown): boolean {
  return error instanceof OvertakenError || transientCodes.has(sqlStateOf(error) ?? '')
}

/** The five characters by which PostgreSQL names an error; `undefined`: it is none of PostgreSQL's. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
