import type { Clock, Timer } from '../clock/clock.ts'

/** Takes up what is due, and sleeps until more is. */
export interface Pump {
  /** Takes up what is due now; when that is under way already, once more after it. */
  run(): void
  /** Runs after so many milliseconds, if nothing wakes it sooner. */
  wakeIn(delayMs: number): void
  /** Begins nothing more. What is under way goes on. */
  stop(): void
}

/** What a pump does. */
export interface PumpOptions {
  readonly clock: Clock
  /** Takes up everything that is due. Never runs twice at once. */
  readonly takeDue: () => Promise<void>
  /** Calls `wakeIn` for what is due next, if anything is. */
  readonly sleep: () => Promise<void>
  /** Either of them failed; it is tried again after a second. */
  readonly onFailure: (error: unknown) => void
}

const retryMs = 1_000
/** A clock put forward is noticed within it. */
const longestSleepMs = 60_000

/** A pump that does nothing until it is run. */
export function createPump({ clock, takeDue, sleep, onFailure }: PumpOptions): Pump {
  let isStopping = false
  let isRunning = false
  let mustRunAgain = false
  let timer: { readonly at: number; readonly timer: Timer } | undefined

  function wakeIn(delayMs: number): void {
    const delay = Math.min(Math.max(0, delayMs), longestSleepMs)
    const at = clock.elapsed() + delay
    if (isStopping || (timer !== undefined && timer.at <= at)) return
    timer?.timer.cancel()
    timer = { at, timer: clock.setTimeout(wake, delay) }
  }

  function wake(): void {
    timer = undefined
    void run()
  }

  async function run(): Promise<void> {
    mustRunAgain = isRunning
    if (isRunning || isStopping) return
    isRunning = true
    try {
      do {
        mustRunAgain = false
        await takeDue()
      } while (mustRunAgain)
      await sleep()
    } catch (error) {
      onFailure(error)
      wakeIn(retryMs)
    } finally {
      isRunning = false
    }
    if (mustRunAgain) void run()
  }

  return {
    run: () => void run(),
    wakeIn,
    stop() {
      isStopping = true
      timer?.timer.cancel()
    },
  }
}
