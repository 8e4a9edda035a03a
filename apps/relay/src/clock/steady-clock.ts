import type { Clock } from './clock.ts'

/**
 * The same clock, except that it never goes back: when the time of day is put back, it goes on from where it was; when it is put
 * forward, it follows. What is due stays due, and a lease ends no earlier than it should.
 */
export function createSteadyClock(clock: Clock): Clock {
  let start = clock.now() - clock.elapsed()
  return {
    now() {
      start = Math.max(start, clock.now() - clock.elapsed())
      return Math.floor(start + clock.elapsed())
    },
    elapsed: clock.elapsed,
    setTimeout: clock.setTimeout,
  }
}
