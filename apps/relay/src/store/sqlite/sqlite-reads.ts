import type { Database } from 'better-sqlite3'
import type { DeadLetterCount } from '../operations-store.ts'
import { listActivity } from './activity-log.ts'
import { findPerson } from './find-person.ts'
import { listDeliveries } from './list-deliveries.ts'
import { findEvent, listEvents } from './read-events.ts'
import { listAudit, listQuarantine } from './read-records.ts'
import { findQuarantined } from './release-quarantined.ts'
import { personIds } from './search/person-index.ts'
import type { StoreReader } from './store-reader.ts'
import { surveyPerson } from './survey-person.ts'
import { surveyReceipts } from './survey-receipts.ts'
import { replayEnd, surveyReplay } from './survey-replay.ts'

/** Everything that only reads, on one SQLite file. Each call is bounded: what it would have to look at beyond that is left to the next. */
export function sqliteReads(database: Database): StoreReader {
  const activity = listActivity(database)
  const find = findPerson(database)
  const survey = surveyPerson(database)
  const receipts = surveyReceipts(database)
  const personId = personIds(database)
  const knowsPerson = database.prepare<[string], number>('SELECT 1 FROM person_index WHERE person_id = ? LIMIT 1').pluck()
  const deadLetterCounts = database.prepare<[], DeadLetterCount>(
    `SELECT destination, coalesce(error_code, '') AS code, count(*) AS count FROM deliveries WHERE status = 'dead'
     GROUP BY destination, error_code ORDER BY destination, count DESC`,
  )
  return {
    listDeliveries: async (filter, page) => listDeliveries(database, filter, page),
    listEvents: async (filter, page) => listEvents(database, filter, page),
    findEvent: async (eventId) => findEvent(database, eventId),
    findDelivery: async (id) => listDeliveries(database, { id }, { limit: 1 }).items[0],
    listQuarantine: async (page) => listQuarantine(database, page),
    findQuarantined: async (id) => findQuarantined(database, id),
    listAudit: async (page) => listAudit(database, page),
    listActivity: async (steps) => activity(steps),
    replayEnd: async (kind) => replayEnd(database, kind),
    surveyReplay: async (request) => surveyReplay(database, request),
    deadLetterCounts: async () => deadLetterCounts.all(),
    surveyReceipts: async (before) => receipts(before),
    findPerson: async ({ person, after }) => find(person, after),
    surveyPerson: async ({ person, after }) => survey(person, after),
    findPersonId: async (identity) => {
      const id = personId(identity)
      return { id, isKnown: knowsPerson.get(id) !== undefined }
    },
  }
}
