import { personIdsOf } from '../common/person-index.ts'
import type { DeadLetterCount } from '../operations-store.ts'
import type { Store } from '../store.ts'
import { listDeliveries } from './list-deliveries.ts'
import { findEvent, listEvents } from './read-events.ts'
import { findQuarantined, listAudit, listQuarantine } from './read-records.ts'
import { readSnapshot } from './read-snapshot.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

type Methods =
  | 'listDeliveries'
  | 'listEvents'
  | 'findEvent'
  | 'findDelivery'
  | 'listQuarantine'
  | 'findQuarantined'
  | 'listAudit'
  | 'deadLetterCounts'
  | 'findPersonId'

/** Everything that only reads, on one PostgreSQL database. Each call is bounded: what it would have to look at beyond that is left to the next. */
export function postgresReads(context: StoreContext): Pick<Store, Methods> {
  const { database, bodies } = context
  const personId = personIdsOf(context.hash)
  const read = <Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> => readSnapshot(database, work)
  return {
    listDeliveries: (filter, page) => read((session) => listDeliveries(session, filter, page)),
    listEvents: (search, page) => read((session) => listEvents(session, bodies, search, page)),
    findEvent: (eventId) => read((session) => findEvent(session, bodies, eventId)),
    findDelivery: async (id) => (await read((session) => listDeliveries(session, { id }, { limit: 1 }))).items[0],
    listQuarantine: (page) => listQuarantine(context, page),
    findQuarantined: (id) => findQuarantined(context, id),
    listAudit: (page) => listAudit(context, page),
    deadLetterCounts: () => read(deadLetterCounts),
    findPersonId: async (identity) => {
      const id = personId(identity)
      const known = await database.value<number>('SELECT 1 FROM relay.person_index WHERE person_id = $1 LIMIT 1', id)
      return { id, isKnown: known !== undefined }
    },
  }
}

async function deadLetterCounts(session: SqlSession): Promise<readonly DeadLetterCount[]> {
  return session.rows<DeadLetterCount>(
    `SELECT destination, coalesce(error_code, '') AS code, count(*) AS count FROM relay.deliveries WHERE status = 'dead'
     GROUP BY destination, error_code ORDER BY destination, count DESC`,
  )
}
