import type { Database } from 'better-sqlite3'
import type { DeadLetterCount, OperationsStore } from '../operations-store.ts'
import type { IngestOutcome, IngestRequest } from '../store.ts'
import { advanceReplay } from './advance-replay.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { listDeliveries } from './list-deliveries.ts'
import { markDead } from './mark-dead.ts'
import { replayRecords } from './record-replays.ts'
import { findQuarantined, releaseQuarantined } from './release-quarantined.ts'
import { replayEnd, surveyReplay } from './survey-replay.ts'
import type { WaitingEvents } from './waiting-events.ts'

/** What operators do, on one SQLite file. `checkFile` throws when the file is gone. */
export function sqliteOperations(
  database: Database,
  counts: DeliveryCounts,
  ingest: (request: IngestRequest) => readonly IngestOutcome[],
  waiting: WaitingEvents,
  checkFile: () => void,
): OperationsStore {
  const replays = replayRecords(database)
  const advance = advanceReplay(database, counts, waiting)
  const mark = markDead(database, counts)
  const release = releaseQuarantined(database, counts, ingest)
  const deadLetterCounts = database.prepare<[], DeadLetterCount>(
    `SELECT destination, coalesce(error_code, '') AS code, count(*) AS count FROM deliveries WHERE status = 'dead'
     GROUP BY destination, error_code ORDER BY destination, count DESC`,
  )
  return {
    replayEnd: async (kind) => replayEnd(database, kind),
    surveyReplay: async (request) => surveyReplay(database, request),
    addReplay: async (replay) => {
      checkFile()
      return replays.add(replay)
    },
    advanceReplay: async (request) => advance(request),
    listReplays: async (page) => replays.list(page),
    findReplay: async (id) => replays.find(id),
    markDead: async (request) => {
      checkFile()
      return mark(request)
    },
    findDelivery: async (id) => listDeliveries(database, { id }, { limit: 1 }).items[0],
    deadLetterCounts: async () => deadLetterCounts.all(),
    findQuarantined: async (id) => findQuarantined(database, id),
    releaseQuarantined: async (request) => {
      checkFile()
      return release(request)
    },
  }
}
