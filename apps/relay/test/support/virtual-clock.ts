import type { Clock } from '../../src/clock/clock.ts'

/** A clock that moves only when told to. */
export interface VirtualClock extends Clock {
  /** Lets time pass: timers that fall due run in their order, and what they start is given turns of the event loop. */
  advance(ms: number): Promise<void>
  /** Moves the time without running a timer, as a corrected clock would. */
  jump(ms: number): void
  readonly timers: number
}

interface Entry {
  readonly at: number
  readonly callback: () => void
}

/** A virtual clock that starts at `start`. */
export function createVirtualClock(start: number = Date.parse('2026-11-20T12:00:00Z')): VirtualClock {
  let now = start
  const entries = new Set<Entry>()

  function nextUntil(end: number): Entry | undefined {
    const due = [...entries].filter((entry) => entry.at <= end)
    return due.sort((one, other) => one.at - other.at)[0]
  }

  return {
    now: () => now,
    setTimeout(callback, delayMs) {
      const entry = { at: now + Math.max(0, delayMs), callback }
      entries.add(entry)
      return { cancel: () => entries.delete(entry) }
    },
    async advance(ms) {
      const end = now + ms
      await settle()
      for (let entry = nextUntil(end); entry !== undefined; entry = nextUntil(end)) {
        entries.delete(entry)
        now = Math.max(now, entry.at)
        entry.callback()
        await settle()
      }
      now = Math.max(now, end)
    },
    jump(ms) {
      now += ms
    },
    get timers() {
      return entries.size
    },
  }
}

/** A few turns of the event loop: enough for what runs in this process without real I/O. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
