import { setImmediate } from 'node:timers/promises'
import pg from 'pg'
import { vi } from 'vitest'

/** What is asked before any of its answers is given out. */
interface Batch {
  readonly answers: unknown[]
  readonly released: Promise<void>
}

/**
 * How often what is done waits for the database, on whichever connection: what is asked before the answers to it are known is one round
 * trip. One caller at a time.
 */
export async function countRoundTrips(work: () => Promise<unknown>): Promise<number> {
  const ask: (this: pg.Client, ...given: unknown[]) => unknown = pg.Client.prototype.query
  let count = 0
  let batch: Batch | undefined

  function begin(): Batch {
    count += 1
    const answers: unknown[] = []
    return { answers, released: release(answers) }
  }

  async function release(answers: readonly unknown[]): Promise<void> {
    for (let known = -1; known < answers.length; ) {
      await setImmediate()
      known = answers.length
      await Promise.allSettled(answers)
    }
    batch = undefined
  }

  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function asked(this: pg.Client, ...given: unknown[]) {
    const answer = ask.apply(this, given)
    batch ??= begin()
    batch.answers.push(answer)
    return batch.released.then(() => answer)
  })
  try {
    await work()
    return count
  } finally {
    spy.mockRestore()
  }
}
