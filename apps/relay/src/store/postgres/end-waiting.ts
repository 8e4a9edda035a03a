import { waitingDueAt } from '../common/waiting-due-at.ts'
import type { SqlSession } from './sql-session.ts'

interface EndedRow {
  readonly id: number
  readonly event_seq: number
  readonly destination: string
}

/** An event that cannot be completed, and why. */
interface GivenUp {
  readonly seq: number
  readonly code: string
  readonly message: string
}

/** The destinations of deliveries that wait no longer, by the event, in the order of the deliveries. */
type EndedWaiting = ReadonlyMap<number, readonly string[]>

/** Makes the deliveries of events due that waited. `time`: for `relay.now_ms`. */
export async function letWaitingGo(
  session: SqlSession,
  seqs: readonly number[],
  now: number,
  time: number | null,
): Promise<EndedWaiting> {
  if (seqs.length === 0) return new Map()
  const [, rows] = await Promise.all([
    session.run('DELETE FROM relay.enrichments WHERE event_seq = ANY($1::bigint[])', seqs),
    session.rows<EndedRow>(
      `UPDATE relay.deliveries SET due_at = relay.now_ms($2::bigint), pending_since = $3
       WHERE event_seq = ANY($1::bigint[]) AND status = 'pending' AND due_at = ${waitingDueAt} RETURNING id, event_seq, destination`,
      seqs,
      time,
      now,
    ),
  ])
  return byEvent(rows)
}

/** Makes dead letters of the deliveries of events that waited; a replay has these completed anew. The caller counts what happened. */
export async function endWaiting(
  session: SqlSession,
  events: readonly GivenUp[],
  now: number,
  time: number | null,
): Promise<EndedWaiting> {
  if (events.length === 0) return new Map()
  const seqs = events.map(({ seq }) => seq)
  const [, , rows] = await Promise.all([
    session.run('DELETE FROM relay.enrichments WHERE event_seq = ANY($1::bigint[])', seqs),
    session.run('UPDATE relay.events SET is_incomplete = 1 WHERE seq = ANY($1::bigint[])', seqs),
    session.rows<EndedRow>(
      `UPDATE relay.deliveries d SET status = 'dead', due_at = relay.now_ms($4::bigint), settled_at = $5, error_code = v.code,
         error_message = v.message
       FROM unnest($1::bigint[], $2::text[], $3::text[]) AS v(seq, code, message)
       WHERE d.event_seq = v.seq AND d.status = 'pending' AND d.due_at = ${waitingDueAt} RETURNING d.id, d.event_seq, d.destination`,
      seqs,
      events.map(({ code }) => code),
      events.map(({ message }) => message),
      time,
      now,
    ),
  ])
  return byEvent(rows)
}

function byEvent(rows: readonly EndedRow[]): EndedWaiting {
  const destinations = new Map<number, string[]>()
  for (const { event_seq: seq, destination } of rows.toSorted((one, other) => one.id - other.id)) {
    destinations.set(seq, [...(destinations.get(seq) ?? []), destination])
  }
  return destinations
}
