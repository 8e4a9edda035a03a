import type { Store } from '../store.ts'
import { countActivity, listActivity } from './activity-log.ts'
import { addAudit } from './add-audit.ts'
import { cleanupHold } from './cleanup-hold.ts'
import { lanePauses } from './lane-pauses.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import { storeStats } from './store-stats.ts'

type Methods =
  | 'stats'
  | 'countActivity'
  | 'listActivity'
  | 'pauseLane'
  | 'resumeLane'
  | 'lanePauses'
  | 'audit'
  | 'checkWrite'
  | 'freeBytes'

/** Whoever asks whether the relay is ready waits for so long. */
const checkMs = 5_000

/** Counts, and what operators do with lanes, on one PostgreSQL database. */
export function postgresCounts({ database, lackedKeys }: StoreContext): Pick<Store, Methods> {
  const pauses = lanePauses(database)
  const readHold = cleanupHold(database)
  return {
    async stats() {
      const [counted, missingKeys, heldBackMs] = await Promise.all([
        database.transaction(storeStats, { isRelaxed: true }),
        lackedKeys.read(database),
        readHold(),
      ])
      return { ...counted, missingKeys, heldBackMs }
    },
    countActivity: (counts) =>
      database.transaction(async (session) =>
        countActivity(
          session,
          counts.map((one) => ({ ...one, destination: '', latency: 0 })),
        ),
      ),
    listActivity: (steps) => listActivity(database, steps),
    pauseLane: pauses.pause,
    resumeLane: pauses.resume,
    lanePauses: pauses.list,
    audit: (entry) => addAudit(database, entry),
    async checkWrite() {
      await database.transaction(checkWrite, { withinMs: checkMs })
    },
    freeBytes: async () => null,
  }
}

async function checkWrite(session: SqlSession): Promise<void> {
  await session.run(
    `INSERT INTO relay.counters AS c (name, slot, value) VALUES ('write_checks', relay.slot(), 1)
     ON CONFLICT (name, slot) DO UPDATE SET value = c.value + 1`,
  )
}
