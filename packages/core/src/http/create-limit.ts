/** Runs a task once fewer than the limit are running; tasks start in the order in which they came. */
export type Limit = <Result>(task: () => Promise<Result>) => Promise<Result>

/** At most `concurrency` tasks at once. */
export function createLimit(concurrency: number): Limit {
  const waiting: (() => void)[] = []
  let running = 0

  return async (task) => {
    if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await task()
    } finally {
      // The place is handed on, so that nobody who comes in between takes it.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
