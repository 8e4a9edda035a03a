import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { KnownEvent } from '../common/ingest-event.ts'
import type { SqlSession } from './sql-session.ts'
import { toStoredText } from './sql-session.ts'

/** An event that is stored, or about to be. */
export interface KnownRow extends KnownEvent {
  readonly idempotency_key: string
  /** `null`: the event is of this group. */
  readonly seq: number | null
}

/** Which events are known, by their ids and by their idempotency keys. */
export interface KnownEvents {
  find(event: Pick<SubtotalEvent, 'id' | 'idempotencyKey'>): KnownRow | undefined
  add(row: KnownRow): void
}

/** Those of the events that are stored. */
export async function findKnownEvents(session: SqlSession, events: readonly SubtotalEvent[]): Promise<KnownEvents> {
  const columns = 'seq, event_id, idempotency_key, type, content_hash, payload_deleted_at'
  const rows = await session.rows<KnownRow>(
    `SELECT ${columns} FROM relay.events WHERE event_id = ANY($1::text[])
     UNION SELECT ${columns} FROM relay.events WHERE idempotency_key = ANY($2::text[])`,
    events.map((event) => event.id),
    events.map((event) => event.idempotencyKey),
  )
  const byId = new Map<string, KnownRow>()
  const byKey = new Map<string, KnownRow>()

  function add(row: KnownRow): void {
    byId.set(toStoredText(row.event_id), row)
    byKey.set(toStoredText(row.idempotency_key), row)
  }

  for (const row of rows) add(row)
  return {
    add,
    find: ({ id, idempotencyKey }) => byId.get(toStoredText(id)) ?? byKey.get(toStoredText(idempotencyKey)),
  }
}
