import type { QuarantineRelease, QuarantineReleased } from '../operations-store.ts'
import { ingestEvents } from './ingest-events.ts'
import { rowId } from './row-id.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

/** Moves a quarantined webhook to the events, in the caller's transaction. */
export async function releaseQuarantined(
  context: StoreContext,
  session: TransactionSession,
  { id, event, destinations, now }: QuarantineRelease,
): Promise<QuarantineReleased> {
  await context.guard.share(session)
  if ((await session.run('DELETE FROM relay.quarantine WHERE id = $1', rowId(id))) === 0) return { result: 'missing' }
  if (event === null) return { result: 'ignored' }
  const [outcome] = await ingestEvents(context, session, { events: [event], destinations, pendingSince: now })
  if (outcome === undefined) throw new Error('The store gave no outcome.')
  if (outcome.result === 'ignored') return { result: 'ignored' }
  return { result: outcome.result, eventId: outcome.eventId }
}
