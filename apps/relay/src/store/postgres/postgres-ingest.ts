import type { Store } from '../store.ts'
import { readConnection } from './connection-memory.ts'
import { ingestEvents } from './ingest-events.ts'
import { quarantineWebhook } from './quarantine-webhook.ts'
import { releaseQuarantined } from './release-quarantined.ts'
import type { StoreContext } from './store-context.ts'

type Methods = 'ingest' | 'quarantine' | 'releaseQuarantined' | 'connectionState'

/** Whoever sends a webhook waits for so long: one that is answered 503 comes again, and is recognised if it was stored after all. */
const withinMs = 5_000

/** What comes in, on one PostgreSQL database. */
export function postgresIngest(context: StoreContext): Pick<Store, Methods> {
  const { database } = context
  return {
    ingest: (request) => database.transaction((session) => ingestEvents(context, session, request), { withinMs }),
    quarantine: (webhook) => database.transaction((session) => quarantineWebhook(context, session, webhook), { withinMs }),
    releaseQuarantined: (release) => database.transaction((session) => releaseQuarantined(context, session, release)),
    connectionState: (connectionId) => readConnection(context, database, connectionId),
  }
}
