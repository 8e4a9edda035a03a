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
  }

  async function apply<Result>(action: () => Result, mustBeWritten: boolean): Promise<Result> {
    for (;;) {
      const undo = mark()
      const { state } = gate.status()
      const result = action()
      const after = save()
      if (after === stored) return result
      try {
        const written = await sharing.writeLane(destination, { version, state: after })
        if (written !== undefined) {
          version = written
          stored = after
          if (gate.status().state !== state) sharing.tell({ kind: 'lane', destination })
          return result
        }
        undo()
        await load()
      } catch (error) {
        if (!mustBeWritten) return result
        undo()
        throw error
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
    refresh: () => inTurn(load),
  }
}
