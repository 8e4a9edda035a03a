/** A callback that will run later, unless cancelled. */
export interface Timer {
  cancel(): void
}

/** The time, and a way to wait for it. Everything in the relay that waits or dates something is given one. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** Milliseconds since some moment, never corrected: only the difference of two of them means something. */
  elapsed(): number
  setTimeout(callback: () => void, delayMs: number): Timer
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimeout(callback, delayMs) {
    const timeout = setTimeout(callback, delayMs)
    return { cancel: () => clearTimeout(timeout) }
  },
}
