import type { Database } from 'better-sqlite3'
import type { EnrichmentSettings } from '../../enrichment/enrichment-settings.ts'
import { contentHashes } from '../common/content-hashes.ts'
import { eventBodies, versionPlace } from '../common/event-bodies.ts'
import type { IngestParts, KnownEvent, NewEvent } from '../common/ingest-event.ts'
import { ingestEvent } from '../common/ingest-event.ts'
import { waitingDueAt } from '../common/waiting-due-at.ts'
import type { IncomingEvent, IngestOutcome, IngestRequest } from '../store.ts'
import { connectionContacts } from './connection-contacts.ts'
import { connectionHistory } from './connection-history.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import { identityArrivals } from './identity-arrivals.ts'
import { sealerOf } from './store-sealer.ts'
import { waitingEvents } from './waiting-events.ts'

interface KnownRow extends KnownEvent {
  readonly seq: number
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
  const bodies = eventBodies(sealerOf(database))
  const sealer = sealerOf(database)
  const hashes = contentHashes(sealerOf(database), guard.hash)
  const waiting = waitingEvents(database, counts)
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

  function store({ incoming, event, mustWait, since }: NewEvent, destinations: readonly string[]): void {
    const { lastInsertRowid: seq } = insertEvent.run(
      event.id,
      event.idempotencyKey,
      event.type,
      event.occurredAt,
      incoming.receivedAt,
      incoming.orderKey,
      event.customer.id,
      event.connection.id,
      event.connection.retailer,
      hashes.toStored(incoming.contentHash),
      bodies.seal(event),
    )
    const dueAt = mustWait ? waitingDueAt : since
    for (const destination of destinations) insertDelivery.run(seq, destination, dueAt, since)
    if (mustWait) waiting.add(seq, event, since)
  }

  const parts: Omit<IngestParts<KnownRow>, 'store'> = {
    settings,
    guard,
    history: connectionHistory(database),
    contacts: connectionContacts(database),
    arrivals: identityArrivals(database),
    find,
    keepVersion,
  }

  return database.transaction((request: IngestRequest) => {
    const all = { ...parts, store: (event: NewEvent) => store(event, request.destinations) }
    const outcomes = request.events.map((incoming) => ingestEvent(all, incoming, request))
    const stored = outcomes.filter((outcome) => outcome.result === 'stored').length
    for (const destination of request.destinations) counts.add(destination, 'pending', stored)
    counts.count('events', stored)
    counts.activity.received('stored', request.pendingSince ?? request.events[0]?.receivedAt ?? 0, stored)
    counts.count('versions', outcomes.filter((outcome) => outcome.isNewVersion).length)
    return outcomes
  }).immediate
}
