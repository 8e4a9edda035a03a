import type { Database } from 'better-sqlite3'
import type { IdentityStore } from '../identity-store.ts'
import type { OperationsStore } from '../operations-store.ts'
import type { IngestOutcome, IngestRequest } from '../store.ts'
import { advanceIdentities } from './advance-identities.ts'
import { advanceReplay } from './advance-replay.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import type { LateIdentities } from './late-identities.ts'
import { markDead } from './mark-dead.ts'
import { replayRecords } from './record-replays.ts'
import { releaseQuarantined } from './release-quarantined.ts'
import type { StoreReader } from './store-reader.ts'
import type { WaitingEvents } from './waiting-events.ts'

/** What operators do, on one SQLite file. `checkFile` throws when the file is gone. */
export function sqliteOperations(
  database: Database,
  counts: DeliveryCounts,
  ingest: (request: IngestRequest) => readonly IngestOutcome[],
  waiting: WaitingEvents,
  identities: LateIdentities,
  checkFile: () => void,
): Omit<OperationsStore, keyof StoreReader> & IdentityStore {
  const replays = replayRecords(database)
  const advance = advanceReplay(database, counts, waiting, identities)
  const identify = advanceIdentities(database, identities, replays)
  const mark = markDead(database, counts)
  const release = releaseQuarantined(database, counts, ingest)
  return {
    addReplay: async (replay) => {
      checkFile()
      return replays.add(replay)
    },
    advanceReplay: async (request) => advance(request),
    advanceIdentities: async (request) => identify(request),
    listReplays: async (page) => replays.list(page),
    findReplay: async (id) => replays.find(id),
    markDead: async (request) => {
      checkFile()
      return mark(request)
    },
    releaseQuarantined: async (request) => {
      checkFile()
      return release(request)
    },
  }
}
