import type { Database } from 'better-sqlite3'
import type { PersonEventRow } from '../common/person-events.ts'
import type { DeliveryStatus } from '../records.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import type { ErasureGuard } from './erasure-guard.ts'

interface DeliveryRow {
  readonly id: number
  readonly destination: string
  readonly status: DeliveryStatus
  readonly due_at: number
  readonly lease_token: string | null
}

/** What was erased. */
export interface ErasedCounts {
  readonly events: number
  readonly versions: number
  readonly deliveries: number
}

/**
 * Deletes an event with everything that belongs to it, and remembers its keys as hashes. A delivery that is being attempted right now stays,
 * and its event with it: `isWaiting`. Called inside the caller's transaction.
 */
export function eraseEvents(
  database: Database,
  counts: DeliveryCounts,
  guard: ErasureGuard,
): (event: PersonEventRow, now: number) => ErasedCounts & { readonly isWaiting: boolean } {
  const remove = removeEvent(database, counts)
  const versionIds = database.prepare<[number], string>('SELECT event_id FROM event_versions WHERE event_seq = ?').pluck()
  return (event, now) => {
    const keys = [event.event_id, event.idempotency_key, ...versionIds.all(event.seq)]
    const removed = remove(event.seq, now)
    if (!removed.isWaiting) for (const key of new Set(keys)) guard.addKey(key)
    return removed
  }
}

/** Deletes an event with everything that belongs to it but its keys' hashes. Called inside the caller's transaction. */
export function removeEvent(
  database: Database,
  counts: DeliveryCounts,
): (seq: number, now: number) => ErasedCounts & { readonly isWaiting: boolean } {
  const deliveries = database.prepare<[number], DeliveryRow>(
    'SELECT id, destination, status, due_at, lease_token FROM deliveries WHERE event_seq = ?',
  )
  const deleteAttempts = database.prepare('DELETE FROM attempts WHERE delivery_id = ?')
  const deleteDelivery = database.prepare('DELETE FROM deliveries WHERE id = ?')
  const deleteVersions = database.prepare('DELETE FROM event_versions WHERE event_seq = ?')
  const deleteEnrichment = database.prepare('DELETE FROM enrichments WHERE event_seq = ?')
  const deleteEvent = database.prepare('DELETE FROM events WHERE seq = ?')

  function deleteDeliveries(seq: number, now: number): { readonly deleted: number; readonly isWaiting: boolean } {
    const rows = deliveries.all(seq)
    const free = rows.filter((row) => !isInFlight(row, now))
    for (const { id, destination, status } of free) {
      deleteAttempts.run(id)
      deleteDelivery.run(id)
      counts.add(destination, status, -1)
    }
    return { deleted: free.length, isWaiting: free.length < rows.length }
  }

  return (seq, now) => {
    const { deleted, isWaiting } = deleteDeliveries(seq, now)
    if (isWaiting) return { events: 0, versions: 0, deliveries: deleted, isWaiting }
    const versions = deleteVersions.run(seq).changes
    counts.count('enrichments', -deleteEnrichment.run(seq).changes)
    const events = deleteEvent.run(seq).changes
    counts.count('events', -events)
    counts.count('versions', -versions)
    return { events, versions, deliveries: deleted, isWaiting }
  }
}

function isInFlight({ status, lease_token: token, due_at: dueAt }: DeliveryRow, now: number): boolean {
  return status === 'pending' && token !== null && dueAt > now
}
