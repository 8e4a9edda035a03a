import type { Clock } from '../../src/clock/clock.ts'

/** A clock that moves only when told to. */
export interface VirtualClock extends Clock {
  /** Lets time pass: timers that fall due run in their order, and what they start is given turns of the event loop. */
  advance(ms: number): Promise<void>
  /** Corrects the time of day, as people and NTP do. Timers keep their distance, as those of Node.js do. */
  jump(ms: number): void
  readonly timers: number
}

interface Entry {
  /** In elapsed time. */
  readonly at: number
  readonly callback: () => void
}

/** A virtual clock that starts at `start`, and stands while `isBusy` says that something real is going on. */
export function createVirtualClock(
  start: number = Date.parse('2026-11-20T12:00:00Z'),
  isBusy: () => boolean = () => false,
): VirtualClock {
  let elapsed = 0
  let offset = start
  const entries = new Set<Entry>()

  function nextUntil(end: number): Entry | undefined {
    let next: Entry | undefined
    for (const entry of entries) if (entry.at <= end && (next === undefined || entry.at < next.at)) next = entry
    return next
  }

  return {
    now: () => offset + elapsed,
    elapsed: () => elapsed,
    setTimeout(callback, delayMs) {
      const entry = { at: elapsed + Math.max(0, delayMs), callback }
      entries.add(entry)
      return { cancel: () => entries.delete(entry) }
    },
    async advance(ms) {
      const end = elapsed + ms
      await settle(isBusy)
      for (let entry = nextUntil(end); entry !== undefined; entry = nextUntil(end)) {
        entries.delete(entry)
        elapsed = Math.max(elapsed, entry.at)
        entry.callback()
        await settle(isBusy)
      }
      elapsed = Math.max(elapsed, end)
    },
    jump(ms) {
      offset += ms
    },
    get timers() {
      return entries.size
    },
  }
}

/** A few turns of the event loop in which nothing is busy: enough for what runs in this process without real I/O. */
export async function settle(isBusy: () => boolean = () => false): Promise<void> {
  for (let quiet = 0; quiet < 10; quiet = isBusy() ? 0 : quiet + 1) await new Promise((resolve) => setImmediate(resolve))
}
