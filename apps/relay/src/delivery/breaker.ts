/** Counts calls, to tell a destination that is down from one that fails now and then. Times are elapsed milliseconds. */
export interface Breaker {
  /** Whether the destination is down, after this call. */
  record(isFailed: boolean, at: number): boolean
  /** Calls that failed since the last one that did not. */
  failuresInARow(): number
  /** Forgets every call. */
  reset(): void
  /** Returns what forgets the calls from now on. */
  mark(): () => void
  /** The calls of the last minute; `null`: none of them failed. */
  save(): BreakerState | null
  /** Goes on from there. Of calls that did not fail the breaker's own count stays. */
  load(state: BreakerState | null): void
}

/** Calls that a breaker has counted, as JSON can hold them. */
export interface BreakerState {
  readonly inARow: number
  readonly slots: readonly { readonly at: number; readonly calls: number; readonly failed: number }[]
}

const failuresToOpen = 5
const windowMs = 60_000
const leastCalls = 20
const failedShare = 0.5
const slotMs = 1_000

interface Slot {
  readonly at: number
  calls: number
  failed: number
}

/** Says that a destination is down after 5 failed calls in a row, or when at least half of at least 20 calls failed within 60 s. */
export function createBreaker(): Breaker {
  let inARow = 0
  let slots: Slot[] = []

  function slotOf(at: number): Slot {
    slots = slots.filter((slot) => at - slot.at < windowMs)
    const last = slots.at(-1)
    if (last !== undefined && at - last.at < slotMs) return last
    const slot = { at, calls: 0, failed: 0 }
    slots.push(slot)
    return slot
  }

  const hasFailed = (): boolean => inARow > 0 || slots.some((slot) => slot.failed > 0)

  function reset(): void {
    inARow = 0
    slots = []
  }

  return {
    record(isFailed, at) {
      const slot = slotOf(at)
      slot.calls += 1
      slot.failed += isFailed ? 1 : 0
      inARow = isFailed ? inARow + 1 : 0
      const calls = slots.reduce((sum, one) => sum + one.calls, 0)
      const failed = slots.reduce((sum, one) => sum + one.failed, 0)
      return inARow >= failuresToOpen || (isFailed && calls >= leastCalls && failed >= calls * failedShare)
    },
    failuresInARow: () => inARow,
    reset,
    mark() {
      const before = { inARow, slots: slots.map((slot) => ({ ...slot })) }
      return () => {
        inARow = before.inARow
        slots = before.slots
      }
    },
    save: () => (hasFailed() ? { inARow, slots: slots.map((slot) => ({ ...slot })) } : null),
    load(state) {
      if (state === null) {
        if (hasFailed()) reset()
        return
      }
      inARow = state.inARow
      slots = state.slots.map((slot) => ({ ...slot }))
    },
  }
}
