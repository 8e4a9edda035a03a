import type { Clock } from '../clock/clock.ts'
import type { RelayEvents } from '../observability/relay-events.ts'
import type { Settlement, Store } from '../store/store.ts'
import { storeFailureOf } from '../store/store-failure.ts'

/** Records what a destination has said. */
export interface Settler {
  /** Tries until the store takes it: what the destination has said must not be forgotten because the disk is full. */
  settle(settlements: readonly Settlement[], leaseToken: string): Promise<void>
  /** Whether the store has refused results so far. Nothing may be claimed meanwhile: their leases may end too. */
  isBehind(): boolean
}

/** What a settler works with. */
export interface SettlerOptions {
  readonly destination: string
  readonly store: Pick<Store, 'settle'>
  readonly events: RelayEvents
  /** The time of day, for the record; and the clock by which things are due, which never goes back. */
  readonly now: () => number
  readonly dueClock: Clock
  /** Aborted: nothing is tried again. */
  readonly signal: AbortSignal
}

const retryMs = 1_000

/** A settler that has nothing to record. */
export function createSettler({ destination, store, events, now, dueClock, signal }: SettlerOptions): Settler {
  /** Batches whose results the store has refused so far. */
  let refused = 0
  return {
    isBehind: () => refused > 0,
    async settle(settlements, leaseToken) {
      for (let failures = 0; ; failures += 1) {
        try {
          const { stale } = await store.settle({ leaseToken, now: now(), dueClock: dueClock.now(), settlements })
          if (failures > 0) refused -= 1
          if (stale > 0) events.emit('settle:stale', { destination, count: stale })
          return
        } catch (error) {
          if (failures === 0) refused += 1
          events.emit('settle:failed', { destination, ...storeFailureOf(error) })
          if (signal.aborted) return
          await new Promise<void>((resolve) => {
            dueClock.setTimeout(resolve, retryMs)
          })
        }
      }
    },
  }
}
