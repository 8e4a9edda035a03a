import { versionPlace } from '../common/event-bodies.ts'
import type { IncomingEvent } from '../store.ts'
import type { KnownRow } from './known-events.ts'
import { OvertakenError } from './postgres-database.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/** Other contents of known events. What is kept is written by `save`. */
export interface EventVersions {
  /** Keeps another content, once. Whether it was new. */
  keep(known: KnownRow, incoming: IncomingEvent): boolean
  /** `seqOf`: of an event of this group. */
  save(seqOf: (eventId: string) => number): Promise<void>
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

  async function write(seqOf: (eventId: string) => number): Promise<void> {
    const rows = kept.map(({ known, incoming, hash }) => {
      const seq = known.seq ?? seqOf(known.event_id)
      const hasBody = known.seq === null || isWhole.get(known.seq) === true
      const body = hasBody ? sealer.seal(JSON.stringify(incoming.event), versionPlace(seq, hash)) : '{}'
      return { seq, hash, body, eventId: incoming.event.id, receivedAt: incoming.receivedAt }
    })
    const written = await session.run(
      `INSERT INTO relay.event_versions (event_seq, event_id, content_hash, received_at, body)
       SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[]) ON CONFLICT DO NOTHING`,
      rows.map((row) => row.seq),
      rows.map((row) => row.eventId),
      rows.map((row) => row.hash),
      rows.map((row) => row.receivedAt),
      rows.map((row) => row.body),
    )
    if (written < rows.length) throw new OvertakenError()
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
    save: async (seqOf) => (kept.length === 0 ? undefined : write(seqOf)),
  }
}

function keyOf(event: number | string, hash: string): string {
  return JSON.stringify([event, hash])
}
