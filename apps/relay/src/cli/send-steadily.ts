import { setTimeout as wait } from 'node:timers/promises'

/** The time as {@link sendSteadily} needs it. */
export interface PaceClock {
  /** Milliseconds from any start. */
  now(): number
  /** Resolves after so many milliseconds, or as soon as the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

/** The machine's own clock. */
export const paceClock: PaceClock = {
  now: () => performance.now(),
  wait: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
}

/** What is sent, how fast, and how. */
export interface SteadySend<Item> {
  readonly items: Iterable<Item>
  /** Items per second. Default: as fast as `concurrency` allows. */
  readonly ratePerSecond?: number
  /** Items that may be on their way at once. */
  readonly concurrency: number
  /** Ends it: nothing further is begun, and what is on its way is waited for. */
  readonly signal: AbortSignal
  /** Items with the same key are sent one after another, in order. Default, and without a key: no order. */
  readonly orderBy?: (item: Item) => string | undefined
  readonly clock?: PaceClock
  /** Must not reject. */
  send(item: Item): Promise<void>
}

/** How far behind its rate a sender may be and still catch up; beyond, the lost time is lost. */
const catchUpMs = 1000

/** Sends every item at a steady rate and resolves when the last one is done. */
export async function sendSteadily<Item>(options: SteadySend<Item>): Promise<void> {
  const { clock = paceClock, signal } = options
  const intervalMs = options.ratePerSecond === undefined ? 0 : 1000 / options.ratePerSecond
  const inFlight = new Set<Promise<void>>()
  const lastOfKey = new Map<string, Promise<void>>()
  let dueAt = clock.now()

  for (const item of options.items) {
    const now = clock.now()
    if (dueAt > now) await clock.wait(dueAt - now, signal)
    while (inFlight.size >= options.concurrency) await Promise.race(inFlight)
    if (signal.aborted) break
    dueAt = Math.max(dueAt + intervalMs, clock.now() - catchUpMs)

    const key = options.orderBy?.(item)
    const before = key === undefined ? undefined : lastOfKey.get(key)
    const sending =
      before === undefined ? options.send(item) : before.then(() => (signal.aborted ? undefined : options.send(item)))
    const done = sending.finally(() => {
      inFlight.delete(done)
      if (key !== undefined && lastOfKey.get(key) === done) lastOfKey.delete(key)
    })
    inFlight.add(done)
    if (key !== undefined) lastOfKey.set(key, done)
  }
  await Promise.all(inFlight)
}
