import type { Pool, PoolClient } from 'pg'
import pg from 'pg'
import type { Clock } from '../../clock/clock.ts'
import { cutConnection } from './cut-connection.ts'
import { sqlStateOf } from './sql-state.ts'

/** Connections to a database, as long as it is there. */
export interface PooledClients {
  /** Rejects at once while the database is known to be away. */
  take(): Promise<PoolClient>
  /** `isBroken`: it is not used again. */
  giveBack(client: PoolClient, isBroken: boolean): void
  /** The database did not answer in time: nothing is asked on the connections of before, and it is looked whether it is there. */
  doubt(error: unknown): void
  /** Whoever waits for an answer is told that none comes, and nobody gets a connection any more. */
  abandon(): void
}

/** So long it is not looked again whether a database that was away is back. */
const restMs = 1_000

/**
 * The connections of a pool. Once the database is away everybody is told so at once, and one connection at a time is tried, whose user waits
 * for no webhook. When that does not reach it either, those who still wait for an answer of it are told too.
 */
export function pooledClients(pool: Pool, clock: Pick<Clock, 'elapsed'>): PooledClients {
  /** How often the database has been doubted. */
  let doubts = 0
  const madeAt = new WeakMap<PoolClient, number>()
  const taken = new Set<PoolClient>()
  let failure: { readonly error: unknown; readonly at: number } | undefined
  let isLooking = false
  let isAbandoned = false

  pool.on('connect', (client) => madeAt.set(client, doubts))
  const isDoubtful = (client: PoolClient): boolean => (madeAt.get(client) ?? 0) < doubts

  function discard(client: PoolClient): void {
    cutConnection(client)
    client.release(true)
  }

  async function look(): Promise<void> {
    if (isLooking || pool.ending) return
    isLooking = true
    try {
      await connectOnce(pool)
      failure = undefined
    } catch (error) {
      failure = { error, at: clock.elapsed() }
      if (sqlStateOf(error) === undefined) for (const one of taken) if (isDoubtful(one)) cutConnection(one)
    }
    isLooking = false
  }

  return {
    async take() {
      if (isAbandoned) throw new Error('The store is closed.')
      if (failure !== undefined) {
        const { error, at } = failure
        if (clock.elapsed() - at >= restMs) void look()
        throw error
      }
      try {
        let client = await pool.connect()
        while (isDoubtful(client)) {
          discard(client)
          client = await pool.connect()
        }
        taken.add(client)
        // Its connection was being made, or waited for, when the store was given up.
        if (isAbandoned) cutConnection(client)
        return client
      } catch (error) {
        // Where all connections are in use, the database is there.
        if (pool.totalCount < pool.options.max) failure = { error, at: clock.elapsed() }
        throw error
      }
    },
    giveBack(client, isBroken) {
      taken.delete(client)
      if (isBroken || isDoubtful(client)) discard(client)
      else client.release()
    },
    doubt(error) {
      doubts += 1
      failure = { error, at: clock.elapsed() }
      void look()
    },
    abandon() {
      isAbandoned = true
      for (const one of taken) cutConnection(one)
    },
  }
}

/** On a connection of its own, as those of the pool may all be waiting for an answer that does not come. */
async function connectOnce({ options }: Pool): Promise<void> {
  const client = new pg.Client(options)
  client.on('error', () => undefined)
  try {
    await client.connect()
  } finally {
    client.end().catch(() => undefined)
  }
}
