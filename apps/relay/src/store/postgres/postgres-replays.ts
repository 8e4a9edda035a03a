import type { Store } from '../store.ts'
import { advanceReplay } from './advance-replay.ts'
import { addReplay, findReplay, listReplays } from './record-replays.ts'
import type { StoreContext } from './store-context.ts'
import { replayEnd, surveyReplay } from './survey-replay.ts'

type Methods = 'replayEnd' | 'surveyReplay' | 'addReplay' | 'advanceReplay' | 'listReplays' | 'findReplay'

/** Replays, on one PostgreSQL database. */
export function postgresReplays(context: StoreContext): Pick<Store, Methods> {
  const { database } = context
  return {
    replayEnd: (kind) => replayEnd(database, kind),
    surveyReplay: (request) => surveyReplay(database, request),
    addReplay: (replay) => database.transaction((session) => addReplay(session, context, replay)),
    advanceReplay: (request) => advanceReplay(context, request),
    listReplays: (page) => listReplays(database, page),
    findReplay: (id) => findReplay(database, id),
  }
}
