import type { StoreSharing } from '../store/store-sharing.ts'
import type { LaneGate, LaneGateState } from './lane-gate.ts'
import type { RateBudget, RateBudgetState } from './rate-budget.ts'

/** What a lane may do, of which there is one for each destination however many relays share the store. */
export interface LaneControl {
  /** Does something to the gate or the budget, for all relays at once. Rejects, with nothing done, when the store cannot be reached. */
  change<Result>(action: () => Result): Promise<Result>
  /** As {@link LaneControl.change}; what cannot be written is known here, and written with the next change. */
  record<Result>(action: () => Result): Promise<Result>
  /** Learns what other relays have done. */
  refresh(): Promise<void>
}

/** What a state is made of. */
export interface LaneControlParts {
  readonly gate: LaneGate
  readonly budget: RateBudget
}

/** The control of a lane whose store has one relay. */
export const ownLaneControl: LaneControl = {
  change: async (action) => action(),
  record: async (action) => action(),
  refresh: async () => undefined,
}

/** As much as a lane learns while its store is away for long; more of it says the same. */
const mostUnwritten = 100

interface Saved {
  readonly gate: LaneGateState
  readonly budget: RateBudgetState
}

/**
 * The control of a lane whose store has several relays: a row that a change replaces if nobody else has meanwhile; else it is done again on
 * top of what they did.
 */
export function sharedLaneControl(destination: string, sharing: StoreSharing, { gate, budget }: LaneControlParts): LaneControl {
  let version = 0
  let stored: string | null = null
  let last: Promise<unknown> = Promise.resolve()
  /** What was learned and could not be written. */
  let unwritten: readonly (() => unknown)[] = []

  const save = (): string => JSON.stringify({ gate: gate.save(), budget: budget.save() } satisfies Saved)

  function mark(): () => void {
    const undoGate = gate.mark()
    const before = budget.save()
    return () => {
      undoGate()
      budget.load(before)
    }
  }

  async function load(): Promise<void> {
    const lane = await sharing.readLane(destination)
    const saved: Saved = JSON.parse(lane.state ?? save())
    budget.load(saved.budget)
    gate.load(saved.gate, lane.pause === null ? undefined : { reason: lane.pause.reason, since: lane.pause.pausedAt })
    version = lane.version
    stored = lane.state
    for (const action of unwritten) action()
  }

  async function apply<Result>(action: () => Result, mustBeWritten: boolean): Promise<Result> {
    for (;;) {
      const undo = mark()
      let isUndone = false
      const { state } = gate.status()
      const result = action()
      const after = save()
      if (after === stored) return result
      try {
        const written = await sharing.writeLane(destination, { version, state: after })
        if (written !== undefined) {
          version = written
          stored = after
          unwritten = []
          if (gate.status().state !== state) sharing.tell({ kind: 'lane', destination })
          return result
        }
        undo()
        isUndone = true
        await load()
      } catch (error) {
        if (mustBeWritten && !isUndone) undo()
        if (mustBeWritten) throw error
        unwritten = [...unwritten, action].slice(-mostUnwritten)
        return isUndone ? action() : result
      }
    }
  }

  /** One after the other, as each builds on the one before. */
  function inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const next = last.then(action, action)
    last = next.catch(() => undefined)
    return next
  }

  return {
    change: (action) => inTurn(() => apply(action, true)),
    record: (action) => inTurn(() => apply(action, false)),
    refresh: () =>
      inTurn(async () => {
        await load()
        if (unwritten.length > 0) await apply(() => undefined, false)
      }),
  }
}
