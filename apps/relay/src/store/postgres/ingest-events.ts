import type { NewEvent } from '../common/ingest-event.ts'
import { ingestEvent } from '../common/ingest-event.ts'
import type { IncomingEvent, IngestOutcome, IngestRequest } from '../store.ts'
import { countActivity } from './activity-log.ts'
import type { ConnectionMemory } from './connection-memory.ts'
import { openConnections } from './connection-memory.ts'
import type { EventVersions } from './event-versions.ts'
import { openVersions } from './event-versions.ts'
import type { KnownEvents } from './known-events.ts'
import { findKnownEvents } from './known-events.ts'
import { toStoredText } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import { storeEvents } from './store-events.ts'
import type { TransactionSession } from './transaction-session.ts'
import { addWaiting } from './waiting-events.ts'

/** What was read of a group before it is judged. */
interface Opened {
  readonly memory: ConnectionMemory
  readonly known: KnownEvents
  readonly versions: EventVersions
  readonly erasedKeys: ReadonlySet<string>
}

/**
 * Stores events, their deliveries and what they say of their connections, in the caller's transaction, in which nothing is locked yet but
 * by the guard's `share`. All that is known of them is read at once, under the locks of their connections; they are judged one after the
 * other; and what comes of it is written at once.
 */
export async function ingestEvents(
  context: StoreContext,
  session: TransactionSession,
  request: IngestRequest,
): Promise<readonly IngestOutcome[]> {
  const arrived = request.events.map((incoming) => ({ ...incoming, orderKey: toStoredText(incoming.orderKey) }))
  if (arrived.length === 0) return []
  const { memory, known, versions, erasedKeys } = await open(context, session, arrived)
  const stored: NewEvent[] = []
  const isErased = (key: string): boolean => erasedKeys.has(key) || memory.guard.erasedKeys.has(key)
  const parts = {
    ...memory,
    settings: context.enrichment,
    guard: {
      ...memory.guard,
      isErased: ({ id, idempotencyKey }: IncomingEvent['event']) => isErased(id) || isErased(idempotencyKey),
    },
    find: known.find,
    keepVersion: versions.keep,
    store(one: NewEvent) {
      stored.push(one)
      known.add(toKnown(context, one))
    },
  }
  const outcomes = arrived.map((incoming) => ingestEvent(parts, incoming, request))
  const waiting = stored.filter((one) => one.mustWait)
  const at = request.pendingSince ?? arrived[0]?.receivedAt ?? 0
  storeEvents(context, session, stored, request.destinations)
  addWaiting(context, session, waiting)
  memory.save()
  await versions.save(session)
  countActivity(session, stored.length === 0 ? [] : [{ at, destination: '', kind: 'stored', latency: 0, count: stored.length }])
  return outcomes
}

async function open(context: StoreContext, session: TransactionSession, arrived: readonly IncomingEvent[]): Promise<Opened> {
  const events = arrived.map((incoming) => incoming.event)
  const requests = arrived.map(({ event: { connection, customer }, orderKey }) => ({
    connectionId: connection.id,
    orderKey,
    owners: [{ customerId: customer.id, email: customer.email, mobile: customer.mobile }],
  }))
  const [memory, known, erasedKeys] = await Promise.all([
    openConnections(context, session, requests),
    findKnownEvents(session, events),
    // After the events: who erases one adds its key in the same transaction, so that it is found here or there.
    context.guard.erasedKeys(
      session,
      events.flatMap(({ id, idempotencyKey }) => (id === idempotencyKey ? [id] : [id, idempotencyKey])),
    ),
  ])
  const repeated = arrived.flatMap((incoming) => {
    const one = known.find(incoming.event)
    return one === undefined ? [] : [{ known: one, incoming }]
  })
  return { memory, known, erasedKeys, versions: await openVersions(context, session, repeated) }
}

function toKnown({ contentHashes }: Pick<StoreContext, 'contentHashes'>, { incoming, event }: NewEvent) {
  return {
    seq: null,
    event_id: event.id,
    idempotency_key: event.idempotencyKey,
    type: event.type,
    content_hash: contentHashes.toStored(incoming.contentHash),
    payload_deleted_at: null,
  }
}
