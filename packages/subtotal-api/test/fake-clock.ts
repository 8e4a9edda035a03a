import type { ApiClock } from '../src/subtotal-api-options.ts'

/** A clock whose timers run as soon as they are set, and move the time to theirs. */
export interface FakeClock extends ApiClock {
  /** The waits asked for, in milliseconds. */
  readonly waits: number[]
  advance(ms: number): void
}

/** Starts at noon of 14 October 2026. */
export function createFakeClock(): FakeClock {
  const waits: number[] = []
  let elapsed = 0
  return {
    waits,
    now: () => Date.parse('2026-10-14T12:00:00Z') + elapsed,
    elapsed: () => elapsed,
    setTimeout(callback, delayMs) {
      waits.push(delayMs)
      const immediate = setImmediate(() => {
        elapsed += delayMs
        callback()
      })
      return { cancel: () => clearImmediate(immediate) }
    },
    advance(ms) {
      elapsed += ms
    },
  }
}
