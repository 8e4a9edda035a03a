import type { Pool, PoolClient } from 'pg'
import type { Clock } from '../../clock/clock.ts'
import { cutConnection } from './cut-connection.ts'
import { maintenance } from './maintenance.ts'
import { pooledClients } from './pooled-clients.ts'
import type { SqlSession } from './sql-session.ts'
import { sqlSession } from './sql-session.ts'
import { sqlStateOf } from './sql-state.ts'
import type { TimeLimit } from './time-limit.ts'
import { StoreTimeoutError, startTimeLimit } from './time-limit.ts'
import type { TransactionSession } from './transaction-session.ts'
import { runTransaction } from './transaction-session.ts'

/** A transaction's promise. */
interface TransactionOptions {
  /** Whether a crash of the database may undo it: for leases, which end by themselves. Default: it is synced. */
  readonly isRelaxed?: boolean
  /**
   * Whether rows are looked up one by one in the order of an index, whatever PostgreSQL believes: what it knows of some time ago makes it
   * read and sort a whole backlog that has come since. Default: as it thinks best.
   */
  readonly looksUpRows?: boolean
  /**
   * How long it may take in all, with getting a connection, in milliseconds: then it is rejected, and whether it was done is not known.
   * Default: as long as its statements may.
   */
  readonly withinMs?: number
}

/**
 * Statements on any connection of a pool. One that fails because of another transaction is tried again. When the connection is lost in the
 * middle of a commit the promise is rejected, whether it was done or not.
 */
export interface PostgresDatabase extends SqlSession {
  /** All of it or nothing, in one transaction that sees what others commit (READ COMMITTED). `work` may run more than once. */
  transaction<Result>(work: (session: TransactionSession) => Promise<Result>, options?: TransactionOptions): Promise<Result>
  /** As `transaction`, if no other one of this name is under way in any relay; else `undefined`. */
  exclusive<Result>(name: string, work: (session: TransactionSession) => Promise<Result>): Promise<Result | undefined>
  /** Runs a statement that takes its time and stands outside of transactions: `VACUUM`. `false`: it was ended before it was done. */
  maintain(sql: string): Promise<boolean>
  /** Ends such statements now, and begins none any more. */
  endMaintenance(): Promise<void>
  /** Whoever waits for an answer is told that none comes, as is whoever asks for something. */
  abandon(): void
  close(): Promise<void>
}

/** Another transaction was quicker than this one could see: it is to be tried again, and then sees what the other one did. */
export class OvertakenError extends Error {
  override readonly name: string = 'OvertakenError'
}

/** A serialisation failure, a deadlock, and a row that another transaction made first. */
const transientCodes = new Set(['40001', '40P01', '23505'])
const mostTries = 10
/** A write to a replica, what it does not keep, and what follows of either in a transaction. */
const replicaCodes = new Set(['25006', '0A000', '25P02'])
/** The server ended the connection: an administrator, a shutdown, a crash of another process, or its limits on idle ones. */
const endedCodes = new Set(['57P01', '57P02', '57P05', '25P03'])
/** So long a maintenance statement that is to be ended may go on. */
const cancelMs = 2_000

/**
 * The server ends a transaction that it has heard nothing of for so long, and with it the locks: those of a relay that is cut off from it,
 * or stands still, would keep the others from its events until TCP gives up, which takes hours. Less than they wait to store one.
 */
const begin = "BEGIN; SET LOCAL idle_in_transaction_session_timeout TO '3s'"

const relaxed = '; SET LOCAL synchronous_commit TO off'
const looksUp = ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin'].map((way) => `; SET LOCAL enable_${way} TO off`).join('')

/** A database on a pool of connections. */
export function postgresDatabase(pool: Pool, clock: Pick<Clock, 'elapsed' | 'setTimeout'>): PostgresDatabase {
  const clients = pooledClients(pool, clock)
  let closing: Promise<void> | undefined

  function takeWithin(limit: TimeLimit | undefined): Promise<PoolClient> {
    const taken = clients.take()
    return limit === undefined ? taken : limit.race(taken, (client) => clients.giveBack(client, false))
  }

  /** A connection on which something else than a statement failed is not used again, nor one to a server that takes no writes. */
  async function withClient<Result>(work: (client: PoolClient) => Promise<Result>, limit?: TimeLimit): Promise<Result> {
    const client = await takeWithin(limit)
    const forget = limit?.atEnd(() => cutConnection(client))
    let isBroken = true
    try {
      const result = await work(client)
      isBroken = false
      return result
    } catch (error) {
      isBroken = isOfConnection(error)
      throw error
    } finally {
      forget?.()
      clients.giveBack(client, isBroken)
    }
  }

  async function withinLimit<Result>(ms: number, work: (limit: TimeLimit) => Promise<Result>): Promise<Result> {
    const limit = startTimeLimit(clock, ms)
    try {
      return await work(limit)
    } catch (error) {
      if (!limit.isOver()) throw error
      const timeout = new StoreTimeoutError()
      clients.doubt(timeout)
      throw timeout
    } finally {
      limit.cancel()
    }
  }

  async function transaction<Result>(
    work: (session: TransactionSession) => Promise<Result>,
    { withinMs, ...options }: TransactionOptions = {},
  ): Promise<Result> {
    if (withinMs === undefined) return attempts(work, options)
    return withinLimit(withinMs, (limit) => attempts(work, options, limit))
  }

  async function attempts<Result>(
    work: (session: TransactionSession) => Promise<Result>,
    { isRelaxed = false, looksUpRows = false }: TransactionOptions,
    limit?: TimeLimit,
  ): Promise<Result> {
    const beginning = `${begin}${isRelaxed ? relaxed : ''}${looksUpRows ? looksUp : ''}`
    for (let tries = 1; ; tries += 1) {
      try {
        return await withClient((client) => runTransaction(client, beginning, work), limit)
      } catch (error) {
        if (tries === mostTries || !isTransient(error)) throw error
      }
    }
  }

  const outside = <Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> =>
    withClient((client) => work(sqlSession(client)))
  const maintaining = maintenance(withClient, (sql, ...values) =>
    withinLimit(cancelMs, (limit) => withClient((client) => sqlSession(client).run(sql, ...values), limit)),
  )

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
    maintain: maintaining.run,
    endMaintenance: maintaining.end,
    abandon: clients.abandon,
    close: () => (closing ??= maintaining.end().then(() => pool.end())),
  }
}

/** A server that takes no writes is not the one that the name leads to by now, and what comes after the last words on a connection is lost. */
function isOfConnection(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === undefined ? !(error instanceof OvertakenError) : replicaCodes.has(state) || endedCodes.has(state)
}

function isTransient(error: unknown): boolean {
  return error instanceof OvertakenError || transientCodes.has(sqlStateOf(error) ?? '')
}
