import type { Store } from '../store.ts'
import { countActivity, listActivity } from './activity-log.ts'
import { addAudit } from './add-audit.ts'
import { cleanupHold } from './cleanup-hold.ts'
import { lanePauses } from './lane-pauses.ts'
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

/** Counts, and what operators do with lanes, on one PostgreSQL database. */
export function postgresCounts({ database }: StoreContext): Pick<Store, Methods> {
  const pauses = lanePauses(database)
  const readHold = cleanupHold(database)
  return {
    async stats() {
      const [counted, heldBackMs] = await Promise.all([database.transaction(storeStats, { isRelaxed: true }), readHold()])
      return { ...counted, heldBackMs }
    },
    countActivity: (counts) =>
      countActivity(
        database,
        counts.map((one) => ({ ...one, destination: '', latency: 0 })),
      ),
    listActivity: (steps) => listActivity(database, steps),
    pauseLane: pauses.pause,
    resumeLane: pauses.resume,
    lanePauses: pauses.list,
    audit: (entry) => addAudit(database, entry),
    async checkWrite() {
      await database.run(
        `INSERT INTO relay.counters AS c (name, slot, value) VALUES ('write_checks', relay.slot(), 1)
         ON CONFLICT (name, slot) DO UPDATE SET value = c.value + 1`,
      )
    },
    freeBytes: async () => null,
  }
}
