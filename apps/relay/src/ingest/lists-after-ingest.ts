import type { Clock } from '../clock/clock.ts'
import type { Store } from '../store/store.ts'
import { courtesy } from './courtesy.ts'
import type { GroupCommit } from './group-commit.ts'

/** For each part of a list. */
const longestMs = 50

/** The store, with lists that wait until what came in is stored, 50 ms at most: to read and write them takes this thread's time. */
export function listsAfterIngest(
  store: Store,
  ingest: Pick<GroupCommit, 'isBusy' | 'drained'>,
  clock: Pick<Clock, 'setTimeout'>,
): Store {
  const letPass = courtesy(clock, longestMs)

  function later<Args extends readonly unknown[], Result>(list: (...args: Args) => Promise<Result>) {
    return async (...args: Args): Promise<Result> => {
      if (ingest.isBusy()) await letPass(ingest)
      return list(...args)
    }
  }

  return {
    ...store,
    listEvents: later(store.listEvents),
    listDeliveries: later(store.listDeliveries),
    listQuarantine: later(store.listQuarantine),
  }
}
