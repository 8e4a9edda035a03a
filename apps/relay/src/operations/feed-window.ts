import type { Clock } from '../clock/clock.ts'
import type { ImportSettings } from '../store/imports-store.ts'
import type { Store } from '../store/store.ts'

/** Keeps imports from piling up old events before the new ones. */
export interface FeedWindow {
  /** A page's events were stored. */
  fed(now: number): void
  /** Whether a lane has not come to what was fed before; one that does not run is not waited for, and none for longer than a minute. */
  isBehind(settings: ImportSettings): Promise<boolean>
}

/** What a window depends on. */
export interface FeedWindowOptions {
  readonly store: Pick<Store, 'nextDueAt'>
  readonly clock: Clock
  /** The destinations whose lanes take events now. */
  readonly running: () => readonly string[]
}

/** Not waited for, so that a lane always has something to do. */
const pagesOnTheirWay = 10
const longestWaitMs = 60_000

/** A window that nothing has gone through. */
export function createFeedWindow({ store, clock, running }: FeedWindowOptions): FeedWindow {
  /** When the last pages were stored, the oldest first. */
  const fedAt: number[] = []
  let lastFedElapsed = 0

  return {
    fed(now) {
      fedAt.push(now)
      if (fedAt.length > pagesOnTheirWay) fedAt.shift()
      lastFedElapsed = clock.elapsed()
    },
    async isBehind({ isDryRun, destinations }) {
      const [awaited] = fedAt
      if (isDryRun || awaited === undefined || fedAt.length < pagesOnTheirWay) return false
      if (clock.elapsed() - lastFedElapsed > longestWaitMs) return false
      for (const destination of running().filter((name) => destinations?.includes(name) ?? true)) {
        const dueAt = await store.nextDueAt(destination, clock.now())
        if (dueAt !== null && dueAt <= Math.min(awaited, clock.now())) return true
      }
      return false
    },
  }
}
