import type { ConnectionState, SubtotalEvent } from '@subtotal-connectors/core'
import { completeEvent } from '@subtotal-connectors/core'
import type { Database } from 'better-sqlite3'
import type { EnrichmentSettings } from '../../enrichment/enrichment-settings.ts'
import { toStatement } from '../connection-statement.ts'
import type { IncomingEvent, IngestOutcome, IngestRequest } from '../store.ts'
import { connectionContacts } from './connection-contacts.ts'
import { connectionHistory } from './connection-history.ts'
import { contentHashes } from './content-hashes.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import { eventBodies, versionPlace } from './event-bodies.ts'
import { identityArrivals } from './identity-arrivals.ts'
import { sealerOf } from './store-sealer.ts'
import { waitingDueAt } from './waiting-due-at.ts'
import { waitingEvents } from './waiting-events.ts'

interface KnownRow {
  readonly seq: number
  readonly event_id: string
  readonly type: string
  readonly content_hash: string
  readonly payload_deleted_at: number | null
}

/**
 * Stores events, their deliveries and what they say of their connections, in one transaction. Deliveries of an event that is to be
 * completed from Subtotal wait for that; without `settings` none does.
 */
export function ingestEvents(
  database: Database,
  counts: DeliveryCounts,
  guard: ErasureGuard,
  settings?: EnrichmentSettings,
): (request: IngestRequest) => readonly IngestOutcome[] {
  const history = connectionHistory(database)
  const bodies = eventBodies(database)
  const sealer = sealerOf(database)
  const hashes = contentHashes(database, guard.hash)
  const waiting = waitingEvents(database, counts, history, settings)
  const arrivals = identityArrivals(database)
  const contacts = connectionContacts(database)
  const findById = database.prepare<[string], KnownRow>(
    'SELECT seq, event_id, type, content_hash, payload_deleted_at FROM events WHERE event_id = ?',
  )
  const findByKey = database.prepare<[string], KnownRow>(
    'SELECT seq, event_id, type, content_hash, payload_deleted_at FROM events WHERE idempotency_key = ?',
  )
  const insertEvent = database.prepare(`INSERT INTO events (event_id, idempotency_key, type, occurred_at, received_at, order_key,
    customer_id, connection_id, retailer, content_hash, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const insertVersion = database.prepare(
    'INSERT OR IGNORE INTO event_versions (event_seq, event_id, content_hash, received_at, body) VALUES (?, ?, ?, ?, ?)',
  )
  const isKnownVersion = database
    .prepare<[number, string, string], number>('SELECT 1 FROM event_versions WHERE event_seq = ? AND content_hash IN (?, ?)')
    .pluck()
  const insertDelivery = database.prepare(
    "INSERT INTO deliveries (event_seq, destination, status, due_at, pending_since) VALUES (?, ?, 'pending', ?, ?)",
  )

  function find({ id, idempotencyKey }: IncomingEvent['event']): KnownRow | undefined {
    return findById.get(id) ?? findByKey.get(idempotencyKey)
  }

  function keepVersion(known: KnownRow, { event, contentHash, receivedAt }: IncomingEvent): boolean {
    if (hashes.isSame(known.content_hash, contentHash)) return false
    if (isKnownVersion.get(known.seq, ...hashes.forms(contentHash)) !== undefined) return false
    const hash = hashes.toStored(contentHash)
    const body = known.payload_deleted_at === null ? sealer.seal(JSON.stringify(event), versionPlace(known.seq, hash)) : '{}'
    return insertVersion.run(known.seq, event.id, hash, receivedAt, body).changes > 0
  }

  function store(incoming: IncomingEvent, { destinations, pendingSince, isWhole }: IngestRequest): string {
    const { orderKey, contentHash, receivedAt } = incoming
    const since = pendingSince ?? receivedAt
    const connectionId = incoming.event.connection.id
    const { previous, isNews } = history.add(connectionId, orderKey, toStatement(incoming.event))
    if (isNews) arrivals.add(connectionId)
    if (isHandedOver(previous, incoming.event)) contacts.forget(connectionId)
    const completed = completeEvent(incoming.event, previous)
    const { event, mustWait } =
      isWhole === true ? { event: completed, mustWait: false } : waiting.judge(completed, orderKey, since)
    const { lastInsertRowid: seq } = insertEvent.run(
      event.id,
      event.idempotencyKey,
      event.type,
      event.occurredAt,
      receivedAt,
      orderKey,
      event.customer.id,
      connectionId,
      event.connection.retailer,
      hashes.toStored(contentHash),
      bodies.seal(event),
    )
    const dueAt = mustWait ? waitingDueAt : since
    for (const destination of destinations) insertDelivery.run(seq, destination, dueAt, since)
    if (mustWait) waiting.add(seq, event, since)
    return event.type
  }

  /** What was erased is known, and stored no more; `ignored`: a person whose later events are dropped. */
  function refuse({ event, orderKey }: IncomingEvent): 'duplicate' | 'ignored' | undefined {
    if (guard.isErased(event)) return 'duplicate'
    if (!guard.hasBlocks()) return undefined
    return guard.drops(completeEvent(event, history.before(event.connection.id, orderKey))) ? 'ignored' : undefined
  }

  function ingest(incoming: IncomingEvent, request: IngestRequest): IngestOutcome {
    const known = find(incoming.event)
    if (known !== undefined) {
      return { result: 'duplicate', eventId: known.event_id, eventType: known.type, isNewVersion: keepVersion(known, incoming) }
    }
    const refused = refuse(incoming)
    if (refused !== undefined) {
      return { result: refused, eventId: incoming.event.id, eventType: incoming.event.type, isNewVersion: false }
    }
    return { result: 'stored', eventId: incoming.event.id, eventType: store(incoming, request), isNewVersion: false }
  }

  return database.transaction((request: IngestRequest) => {
    const outcomes = request.events.map((incoming) => ingest(incoming, request))
    const stored = outcomes.filter((outcome) => outcome.result === 'stored').length
    for (const destination of request.destinations) counts.add(destination, 'pending', stored)
    counts.count('events', stored)
    counts.activity.received('stored', request.pendingSince ?? request.events[0]?.receivedAt ?? 0, stored)
    counts.count('versions', outcomes.filter((outcome) => outcome.isNewVersion).length)
    return outcomes
  }).immediate
}

/** Whether an event names another customer of its connection than the one before it. */
function isHandedOver(previous: ConnectionState | undefined, { customer }: SubtotalEvent): boolean {
  const before = previous?.customerId ?? null
  return before !== null && customer.id !== null && customer.id !== before
}
