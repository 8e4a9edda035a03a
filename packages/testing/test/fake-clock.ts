import type { MockClock } from '../src/mock-subtotal/mock-subtotal-options.ts'

/** A clock that moves only when told to. */
export interface FakeClock extends MockClock {
  /** Lets time pass; `settled` is awaited after each timer that falls due. */
  advance(ms: number, settled: () => Promise<void>): Promise<void>
}

/** Starts at noon of 14 October 2026. */
export function createFakeClock(): FakeClock {
  let now = Date.parse('2026-10-14T12:00:00Z')
  const timers = new Set<{ at: number; callback: () => void }>()
  return {
    now: () => now,
    setTimeout(callback, delayMs) {
      const timer = { at: now + delayMs, callback }
      timers.add(timer)
      return { cancel: () => timers.delete(timer) }
    },
    async advance(ms, settled) {
      const end = now + ms
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)[0]
        if (due === undefined) break
        timers.delete(due)
        now = due.at
        due.callback()
        await settled()
      }
      now = end
    },
  }
}
