import type { Pool, PoolClient } from 'pg'
import type { Clock } from '../../clock/clock.ts'
import { cutConnection } from './cut-connection.ts'
import { LateClient } from './late-client.ts'
import { poolPlaces } from './pool-places.ts'
import { sqlStateOf } from './sql-state.ts'

/** Connections to a database, as long as it is there. */
export interface PooledClients {
  /** Rejects at once while the database is known to be away, and as soon as it is for whoever waits. */
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
/** So long no further connection is asked for when the server has none left. */
const fullMs = 10_000
const closed = 'The store is closed.'
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const noneLeft = '53300'

/**
 * The connections of a pool. When one is lost, one connection at a time is tried until there is one again, for all who need one. Once the
 * database is away everybody is told so at once, and one connection a second is tried, whose user waits for no webhook. When that does not
 * reach it either, those who still wait for an answer of it are told too.
 */
export function pooledClients(pool: Pool, clock: Pick<Clock, 'elapsed' | 'setTimeout'>): PooledClients {
  const places = poolPlaces(pool.options.max, clock)
  /** How often the database has been doubted. */
  let doubts = 0
  const madeAt = new WeakMap<PoolClient, number>()
  const taken = new Set<PoolClient>()
  let failure: { readonly error: unknown; readonly at: number } | undefined
  let isLooking = false
  let isAbandoned = false
  /** Whether a connection was made, and none was lost since: then several are made at once. */
  let isThere = false
  let trying: Promise<unknown> | undefined
  /** Places that the server has no connection for. */
  let unused = 0
  let fullUntil = 0

  pool.on('connect', (client) => {
    madeAt.set(client, doubts)
    isThere = true
    client.on('error', () => {
      isThere = false
    })
  })
  const isDoubtful = (client: PoolClient): boolean => (madeAt.get(client) ?? 0) < doubts

  const mustWait = (): boolean => !isThere && trying !== undefined && pool.idleCount <= pool.waitingCount

  function discard(client: PoolClient): void {
    cutConnection(client)
    client.release(true)
  }

  /** The pool itself would try to connect once for each of those who wait. */
  function fail(error: unknown): void {
    isThere = false
    failure = { error, at: clock.elapsed() }
    places.refuse(error)
  }

  /** While it is not known to be there one tries for all. */
  async function connect(): Promise<PoolClient> {
    while (failure === undefined && mustWait()) await trying
    if (failure !== undefined) throw failure.error
    const connecting = pool.connect()
    const tried = connecting.then(
      () => undefined,
      (error) => (isFull(error) ? undefined : fail(error)),
    )
    if (isThere || trying !== undefined) return connecting
    trying = tried
    await tried
    trying = undefined
    return connecting
  }

  /** The server has no further connection, while those that are there do. */
  const isFull = (error: unknown): boolean => sqlStateOf(error) === noneLeft && taken.size > 0

  /** Where the server has no further connection, one of those that are there is waited for. */
  async function takePlaced(): Promise<PoolClient> {
    for (;;) {
      await places.take()
      try {
        let client = await connect()
        while (isDoubtful(client)) {
          discard(client)
          client = await connect()
        }
        return client
      } catch (error) {
        if (!isFull(error) || isAbandoned) {
          places.giveBack()
          throw error
        }
        unused += 1
        fullUntil = clock.elapsed() + fullMs
      }
    }
  }

  async function look(): Promise<void> {
    if (isLooking || pool.ending) return
    isLooking = true
    try {
      await connectOnce(pool)
      failure = undefined
    } catch (error) {
      fail(error)
      if (sqlStateOf(error) === undefined) for (const one of taken) if (isDoubtful(one)) cutConnection(one)
    }
    isLooking = false
  }

  return {
    async take() {
      if (isAbandoned) throw new Error(closed)
      if (failure !== undefined) {
        const { error, at } = failure
        if (clock.elapsed() - at >= restMs) void look()
        throw error
      }
      const client = await takePlaced()
      taken.add(client)
      // Its connection was being made when the store was given up.
      if (isAbandoned) cutConnection(client)
      return client
    },
    giveBack(client, isBroken) {
      taken.delete(client)
      if (isBroken) isThere = false
      if (isBroken || isDoubtful(client)) discard(client)
      else client.release()
      places.giveBack()
      if (clock.elapsed() < fullUntil) return
      for (; unused > 0; unused -= 1) places.giveBack()
    },
    doubt(error) {
      doubts += 1
      isThere = false
      failure = { error, at: clock.elapsed() }
      void look()
    },
    abandon() {
      isAbandoned = true
      places.refuse(new Error(closed))
      for (const one of taken) cutConnection(one)
    },
  }
}

/** On a connection of its own, as those of the pool may all be waiting for an answer that does not come. */
async function connectOnce({ options }: Pool): Promise<void> {
  const client = new LateClient(options)
  client.on('error', () => undefined)
  try {
    await client.connect()
  } finally {
    client.end().catch(() => undefined)
  }
}
