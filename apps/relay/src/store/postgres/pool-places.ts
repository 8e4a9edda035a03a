import type { Clock } from '../../clock/clock.ts'

/** All connections of this relay are in use, for longer than anybody waits for one. */
class NoConnectionFreeError extends Error {
  override readonly name: string = 'NoConnectionFreeError'

  constructor() {
    super('All connections to the database are in use.')
  }
}

/** As many places as a pool may have connections. Who has none waits for one, first come, first served. */
export interface PoolPlaces {
  /** Rejects when none is free in time. */
  take(): Promise<void>
  giveBack(): void
  /** Tells everybody who waits that there is no use in it. */
  refuse(error: unknown): void
}

interface Waiter {
  admit(): void
  refuse(error: unknown): void
}

/** Less than those wait who ask for something. */
const waitMs = 4_000

/** Places that are all free. */
export function poolPlaces(count: number, clock: Pick<Clock, 'setTimeout'>): PoolPlaces {
  let free = count
  const waiting = new Set<Waiter>()

  function wait(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const late = clock.setTimeout(() => waiter.refuse(new NoConnectionFreeError()), waitMs)
    function leave(): void {
      late.cancel()
      waiting.delete(waiter)
    }
    const waiter: Waiter = {
      admit() {
        leave()
        resolve()
      },
      refuse(error) {
        leave()
        reject(error)
      },
    }
    waiting.add(waiter)
    return promise
  }

  return {
    async take() {
      if (free === 0) return wait()
      free -= 1
    },
    giveBack() {
      const [next] = waiting
      if (next === undefined) free += 1
      else next.admit()
    },
    refuse(error) {
      for (const waiter of [...waiting]) waiter.refuse(error)
    },
  }
}
