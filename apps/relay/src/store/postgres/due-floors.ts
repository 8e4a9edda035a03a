import type { Clock } from '../../clock/clock.ts'

/** From when on each destination's due deliveries are looked for. */
export interface DueFloors {
  /** Milliseconds since 1970 by the database's clock; 0: however long they have been due. */
  of(destination: string): number
  /**
   * A look at everything, begun at `begunAt` by the database's clock and `startedAt` by `elapsed`, has ended and left nothing that was due
   * then.
   */
  seen(destination: string, look: { readonly begunAt: number; readonly startedAt: number }): void
  elapsed(): number
}

/** Everything is looked at each time: where the clock is not the database's. */
export const noFloors: DueFloors = { of: () => 0, seen: () => undefined, elapsed: () => 0 }

interface Floor {
  readonly from: number
  /** Until then by `elapsed`. */
  readonly until: number
}

/** What becomes due is stored as due by then, but for the clock of a relay that is behind by more. */
const lagMs = 10_000
/** Looks that take less are made as often as they are asked for. */
const quickMs = 5
/** Slow ones take a fiftieth of the time. */
const restFactor = 50
const longestRestMs = 10_000

/**
 * Floors that rise while a look at everything is slow. As long as some transaction keeps PostgreSQL from removing what is no longer current, a
 * dump of the database for one, every look walks all that has been delivered since, and looks alone would keep the server busy. What is due
 * for longer than the floor says, because a transaction was undone or what it waited for has ended, is found by the next look at everything.
 */
export function dueFloors({ elapsed }: Pick<Clock, 'elapsed'>): DueFloors {
  const floors = new Map<string, Floor>()
  return {
    elapsed,
    of(destination) {
      const floor = floors.get(destination)
      return floor === undefined || elapsed() >= floor.until ? 0 : floor.from
    },
    seen(destination, { begunAt, startedAt }) {
      const tookMs = elapsed() - startedAt
      if (tookMs < quickMs) floors.delete(destination)
      else floors.set(destination, { from: begunAt - lagMs, until: elapsed() + Math.min(longestRestMs, restFactor * tookMs) })
    },
  }
}
