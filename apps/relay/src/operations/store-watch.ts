import type { Clock, Timer } from '../clock/clock.ts'
import type { Lane } from '../delivery/lane.ts'
import type { StoreNews, StoreSharing } from '../store/store-sharing.ts'

/** Notices what other relays of the store have done. */
export interface StoreWatch {
  start(): void
  stop(): void
}

/** What is woken by what. */
export interface StoreWatchOptions {
  readonly sharing: Pick<StoreSharing, 'listen' | 'isHearing'>
  readonly lanes: readonly Pick<Lane, 'destination' | 'look'>[]
  readonly clock: Clock
  /** Looks for what runs in steps. */
  readonly wake: () => void
  /** A lane could not look; it does so again. */
  readonly onFailure: (destination: string, error: unknown) => void
}

/** How often each relay looks for itself: seldom while it hears what the others tell. */
const lookEveryMs = 1_000
const lookWhileHearingEveryMs = 5_000
const wakeEveryMs = 5_000

/** A watch that does nothing until started. */
export function createStoreWatch({ sharing, lanes, clock, wake, onFailure }: StoreWatchOptions): StoreWatch {
  const looking = new Set<string>()
  /** Told of while they were looking. */
  const again = new Set<string>()
  const timers = new Map<() => void, Timer>()
  let unlisten: (() => void) | undefined

  async function look({ destination, look: lookAt }: Pick<Lane, 'destination' | 'look'>): Promise<void> {
    if (looking.has(destination)) return void again.add(destination)
    looking.add(destination)
    do {
      again.delete(destination)
      await lookAt().catch((error: unknown) => onFailure(destination, error))
    } while (again.has(destination))
    looking.delete(destination)
  }

  function hear(news: StoreNews): void {
    if (news.kind === 'work') wake()
    else for (const lane of lanes) if (lane.destination === news.destination) void look(lane)
  }

  function repeat(action: () => void, delayMs: () => number): void {
    timers.set(
      action,
      clock.setTimeout(() => {
        action()
        repeat(action, delayMs)
      }, delayMs()),
    )
  }

  function lookAtAll(): void {
    for (const lane of lanes) void look(lane)
  }

  return {
    start() {
      unlisten = sharing.listen(hear)
      repeat(lookAtAll, () => (sharing.isHearing() ? lookWhileHearingEveryMs : lookEveryMs))
      repeat(wake, () => wakeEveryMs)
      lookAtAll()
    },
    stop() {
      unlisten?.()
      for (const timer of timers.values()) timer.cancel()
    },
  }
}
