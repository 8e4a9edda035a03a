import { versionPlace } from '../common/event-bodies.ts'
import type { IncomingEvent } from '../store.ts'
import type { KnownRow } from './known-events.ts'
import type { SqlSession } from './sql-session.ts'
import { toStoredText } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

/** Other contents of known events. What is kept is written by `save`. */
export interface EventVersions {
  /** Keeps another content, once. Whether it was new. */
  keep(known: KnownRow, incoming: IncomingEvent): boolean
  /** Called when the events of this group are stored. */
  save(session: TransactionSession): Promise<void>
}

interface Version {
  readonly known: KnownRow
  readonly incoming: IncomingEvent
  readonly hash: string
}

/** Reads what versions there are of events that came again with other content. */
export async function openVersions(
  { contentHashes: hashes, sealer }: Pick<StoreContext, 'contentHashes' | 'sealer'>,
  session: SqlSession,
  repeated: readonly { readonly known: KnownRow; readonly incoming: IncomingEvent }[],
): Promise<EventVersions> {
  const others = repeated.filter(({ known, incoming }) => !hashes.isSame(known.content_hash, incoming.contentHash))
  const seqs = [...new Set(others.flatMap(({ known }) => known.seq ?? []))]
  const contents = others.flatMap(({ incoming }) => hashes.forms(incoming.contentHash))
  // Locked against whoever deletes their contents: none is kept of an event that has none, or is gone.
  const [events, versions] = await (seqs.length === 0
    ? [[], []]
    : Promise.all([
        session.rows<{ readonly seq: number; readonly is_whole: boolean }>(
          'SELECT seq, payload_deleted_at IS NULL AS is_whole FROM relay.events WHERE seq = ANY($1::bigint[]) ORDER BY seq FOR SHARE',
          seqs,
        ),
        session.rows<{ readonly event_seq: number; readonly content_hash: string }>(
          'SELECT event_seq, content_hash FROM relay.event_versions WHERE event_seq = ANY($1::bigint[]) AND content_hash = ANY($2::text[])',
          seqs,
          contents,
        ),
      ]))
  const isWhole = new Map(events.map((row) => [row.seq, row.is_whole]))
  const there = new Set(versions.map((row) => keyOf(row.event_seq, row.content_hash)))
  const kept: Version[] = []

  async function write(session: TransactionSession): Promise<void> {
    const seqs = await seqsOf(
      session,
      kept.flatMap(({ known }) => (known.seq === null ? known.event_id : [])),
    )
    const rows = kept.map(({ known, incoming, hash }) => {
      const seq = known.seq ?? seqs.get(toStoredText(known.event_id)) ?? 0
      const hasBody = known.seq === null || isWhole.get(known.seq) === true
      const body = hasBody ? sealer.seal(JSON.stringify(incoming.event), versionPlace(seq, hash)) : '{}'
      return { seq, hash, body, eventId: incoming.event.id, receivedAt: incoming.receivedAt }
    })
    session.write(
      `INSERT INTO relay.event_versions (event_seq, event_id, content_hash, received_at, body)
       SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[])`,
      rows.map((row) => row.seq),
      rows.map((row) => row.eventId),
      rows.map((row) => row.hash),
      rows.map((row) => row.receivedAt),
      rows.map((row) => row.body),
    )
  }

  return {
    keep(known, incoming) {
      if (hashes.isSame(known.content_hash, incoming.contentHash)) return false
      if (known.seq !== null && !isWhole.has(known.seq)) return false
      const event = known.seq ?? known.event_id
      if (hashes.forms(incoming.contentHash).some((form) => there.has(keyOf(event, form)))) return false
      const hash = hashes.toStored(incoming.contentHash)
      there.add(keyOf(event, hash))
      kept.push({ known, incoming, hash })
      return true
    },
    save: async (session) => (kept.length === 0 ? undefined : write(session)),
  }
}

/** Where stored events are, by their ids as they are stored. */
async function seqsOf(session: SqlSession, eventIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (eventIds.length === 0) return new Map()
  const rows = await session.rows<{ readonly seq: number; readonly event_id: string }>(
    'SELECT seq, event_id FROM relay.events WHERE event_id = ANY($1::text[])',
    eventIds,
  )
  return new Map(rows.map((row) => [row.event_id, row.seq]))
}

function keyOf(event: number | string, hash: string): string {
  return JSON.stringify([event, hash])
}
