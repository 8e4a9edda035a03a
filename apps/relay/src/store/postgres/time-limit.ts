import type { Clock } from '../../clock/clock.ts'

/** Something took longer than whoever waits for it can wait. Whether the database did it is not known. */
export class StoreTimeoutError extends Error {
  override readonly name: string = 'StoreTimeoutError'

  constructor() {
    super('The database did not answer in time.')
  }
}

/** A time after which nobody waits any more. */
export interface TimeLimit {
  isOver(): boolean
  /** As the promise given, but rejects at the end of the time. What comes of it later is handed to `onLate`. */
  race<Result>(promise: Promise<Result>, onLate: (result: Result) => void): Promise<Result>
  /** Calls the action at the end of the time, until the returned function is called. */
  atEnd(action: () => void): () => void
  cancel(): void
}

/** A limit that begins now. */
export function startTimeLimit(clock: Pick<Clock, 'setTimeout'>, ms: number): TimeLimit {
  const actions = new Set<() => void>()
  let isOver = false
  const timer = clock.setTimeout(() => {
    isOver = true
    for (const action of actions) action()
  }, ms)

  function atEnd(action: () => void): () => void {
    if (isOver) action()
    else actions.add(action)
    return () => void actions.delete(action)
  }

  return {
    isOver: () => isOver,
    race: (promise, onLate) =>
      new Promise((resolve, reject) => {
        let isLate = false
        const ignore = atEnd(() => {
          isLate = true
          reject(new StoreTimeoutError())
        })
        promise.then((result) => {
          ignore()
          if (isLate) onLate(result)
          else resolve(result)
        }, reject)
      }),
    atEnd,
    cancel: () => timer.cancel(),
  }
}
