import type { Clock } from '../../../src/clock/clock.ts'

/** The clock of a relay under test, moved by its parent. */
export interface HookClock {
  readonly clock: Clock
  /** Lets time pass; waits, at each moment for which timers are set, until what they started has ended. */
  advance(ms: number, isBusy: () => boolean): Promise<void>
  /** Corrects the time of day. Timers keep their distance, as those of Node.js do. */
  jump(ms: number): void
}

interface Entry {
  /** On the clock that is never corrected. */
  readonly at: number
  readonly callback: () => void
}

const turns = 6
const pollMs = 2

/** The machine's clock, off by so much. */
export function createOffsetClock(offsetMs: number): HookClock {
  let offset = offsetMs
  return {
    clock: {
      now: () => Date.now() + offset,
      elapsed: () => performance.now(),
      setTimeout(callback, delayMs) {
        const timeout = setTimeout(callback, delayMs)
        return { cancel: () => clearTimeout(timeout) }
      },
    },
    async advance(ms) {
      await new Promise((resolve) => setTimeout(resolve, ms))
    },
    jump(ms) {
      offset += ms
    },
  }
}

/** A clock that stands at `start`. */
export function createHookClock(start: number): HookClock {
  let elapsed = 0
  let offset = start
  const entries = new Set<Entry>()

  /** Those that are due first, all at one moment, in the order in which they were set. */
  function nextUntil(end: number): readonly Entry[] {
    const at = Math.min(...[...entries].map((entry) => entry.at))
    return at > end ? [] : [...entries].filter((entry) => entry.at <= at)
  }

  async function settled(isBusy: () => boolean): Promise<void> {
    for (let quiet = 0; quiet < turns; quiet = isBusy() ? 0 : quiet + 1) {
      if (isBusy()) await new Promise((resolve) => setTimeout(resolve, pollMs))
      else await new Promise((resolve) => setImmediate(resolve))
    }
  }

  return {
    clock: {
      now: () => offset + elapsed,
      elapsed: () => elapsed,
      setTimeout(callback, delayMs) {
        const entry = { at: elapsed + Math.max(0, delayMs), callback }
        entries.add(entry)
        return { cancel: () => entries.delete(entry) }
      },
    },
    async advance(ms, isBusy) {
      const end = elapsed + ms
      await settled(isBusy)
      for (let due = nextUntil(end); due.length > 0; due = nextUntil(end)) {
        for (const entry of due) {
          // One may have cancelled the next.
          if (!entries.delete(entry)) continue
          elapsed = Math.max(elapsed, entry.at)
          entry.callback()
        }
        await settled(isBusy)
      }
      elapsed = end
    },
    jump(ms) {
      offset += ms
    },
  }
}
