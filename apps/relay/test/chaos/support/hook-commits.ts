import { AsyncLocalStorage } from 'node:async_hooks'
import type { Pool, PoolClient } from 'pg'
import type { FaultPoint } from './hook-settings.ts'

/** Knows at which fault points the commits of a PostgreSQL store are. */
export interface CommitHook {
  /** What is committed by this work, or by what it calls, is at these points. */
  within<Result>(points: readonly FaultPoint[], work: () => Promise<Result>): Promise<Result>
  /** The same pool; each commit on its connections is at the points of whoever asks for it. */
  watch(pool: Pool): Pool
}

const onItsWay: FaultPoint = 'commit on its way'

/** `reached` is called when everything is done but the commit, and, for that point, when the commit has been sent and is not answered. */
export function createCommitHook(reached: (point: FaultPoint) => void): CommitHook {
  const points = new AsyncLocalStorage<readonly FaultPoint[]>()
  const watched = new WeakSet<PoolClient>()

  function watchClient(client: PoolClient): PoolClient {
    if (watched.has(client)) return client
    watched.add(client)
    const query = client.query
    Reflect.set(client, 'query', (...args: unknown[]): unknown => {
      if (args[0] !== 'COMMIT') return Reflect.apply(query, client, args)
      const here = points.getStore() ?? []
      for (const point of here) if (point !== onItsWay) reached(point)
      const answer: unknown = Reflect.apply(query, client, args)
      if (here.includes(onItsWay)) setImmediate(() => reached(onItsWay))
      return answer
    })
    return client
  }

  return {
    within: (at, work) => points.run(at, work),
    watch(pool) {
      const connect = pool.connect.bind(pool)
      Reflect.set(pool, 'connect', async () => watchClient(await connect()))
      return pool
    },
  }
}
