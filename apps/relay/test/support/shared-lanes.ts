import type { SharedLane, StoreNews, StoreSharing } from '../../src/store/store-sharing.ts'

/** What relays of one store share, without a store: every call takes a turn of `wait`. */
export interface SharedLanes {
  /** For one more relay. */
  join(): StoreSharing
  /** What was told, in order. */
  readonly told: readonly StoreNews[]
  /** No call is answered any more, until it is back. */
  isAway: boolean
}

/** Lanes that nobody has written yet. `now`: the clock of the store. */
export function createSharedLanes(now: () => number, wait: () => Promise<unknown>): SharedLanes {
  const lanes = new Map<string, SharedLane>()
  const told: StoreNews[] = []
  const shared: SharedLanes = { join, told, isAway: false }
  const read = (destination: string): SharedLane => lanes.get(destination) ?? { version: 0, state: null, pause: null }

  async function answer<Result>(action: () => Result): Promise<Result> {
    await wait()
    if (shared.isAway) throw new Error('The store is away.')
    const result = action()
    await wait()
    return result
  }

  function join(): StoreSharing {
    return {
      now,
      readLane: (destination) => answer(() => read(destination)),
      writeLane: (destination, { version, state }) =>
        answer(() => {
          const lane = read(destination)
          if (lane.version !== version) return undefined
          lanes.set(destination, { ...lane, version: version + 1, state })
          return version + 1
        }),
      tell: (news) => void told.push(news),
      listen: () => () => undefined,
      isHearing: () => true,
      claimAlert: async () => 'post',
      endAlert: async () => undefined,
    }
  }

  return shared
}
