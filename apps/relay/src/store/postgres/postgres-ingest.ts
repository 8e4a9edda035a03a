import type { Store } from '../store.ts'
import { readConnection } from './connection-memory.ts'
import { ingestEvents } from './ingest-events.ts'
import { quarantineWebhook } from './quarantine-webhook.ts'
import { releaseQuarantined } from './release-quarantined.ts'
import type { StoreContext } from './store-context.ts'

type Methods = 'ingest' | 'quarantine' | 'releaseQuarantined' | 'connectionState'

/** What comes in, on one PostgreSQL database. */
export function postgresIngest(context: StoreContext): Pick<Store, Methods> {
  const { database } = context
  return {
    ingest: (request) => database.transaction((session) => ingestEvents(context, session, request)),
    quarantine: (webhook) => database.transaction((session) => quarantineWebhook(context, session, webhook)),
    releaseQuarantined: (release) => database.transaction((session) => releaseQuarantined(context, session, release)),
    connectionState: (connectionId) => readConnection(context, database, connectionId),
  }
}
