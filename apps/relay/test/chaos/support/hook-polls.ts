import type * as storeWatchModule from '../../../src/operations/store-watch.ts'

type StoreWatching = Pick<typeof storeWatchModule, 'createStoreWatch'>

/**
 * The same watch, which looks so many times more seldom. Where hours pass in seconds, relays that look for themselves every few seconds of
 * it ask their store for nothing else. What the others tell is heard as ever, and what is due has timers of its own.
 */
export function seldomLooking({ createStoreWatch }: StoreWatching, times: number): StoreWatching {
  return {
    createStoreWatch: (options) =>
      createStoreWatch({
        ...options,
        clock: { ...options.clock, setTimeout: (callback, delayMs) => options.clock.setTimeout(callback, delayMs * times) },
      }),
  }
}
