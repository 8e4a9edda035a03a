import { identifiedLetters, identityReplaySize, identityStepSize } from '../common/identified-letters.ts'
import { isUnidentified } from '../common/identity-arrivals.ts'
import type { IdentityReplay, IdentityStep, IdentityStore } from '../identity-store.ts'
import type { ArrivalRow } from './arrival-progress.ts'
import { arrivalProgress } from './arrival-progress.ts'
import { lockLateIdentities } from './late-identities.ts'
import { rowsOf } from './query-builder.ts'
import { addReplay, isReplayRunning, replaySince } from './record-replays.ts'
import { selectTargets } from './select-replayed.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import { replayEnd } from './survey-replay.ts'
import type { TransactionSession } from './transaction-session.ts'

interface LetterRow {
  readonly id: number
  readonly event_seq: number
}

type AdvanceRequest = Parameters<IdentityStore['advanceIdentities']>[0]

/** Takes up letters and connections in steps, each one transaction, of one relay at a time: a kill repeats nothing, and the rest goes on. */
export async function advanceIdentities(context: StoreContext, request: AdvanceRequest): Promise<IdentityStep> {
  const step = await context.database.exclusive('identities', (session) => advance(context, session, request))
  return step ?? { replays: [], hasMore: true, isBusy: true }
}

async function advance(
  context: StoreContext,
  session: TransactionSession,
  { now, destinations }: AdvanceRequest,
): Promise<IdentityStep> {
  const looked = await look(context, session, now)
  const hasMore =
    looked === identityStepSize || (await session.value<boolean>('SELECT EXISTS (SELECT FROM relay.identity_arrivals)')) === true
  const replays: IdentityReplay[] = []
  for (const destination of destinations) {
    const replay = await startReplay(context, session, { destination, hasMore, now })
    if (replay !== undefined) replays.push(replay)
  }
  return { replays, hasMore }
}

/**
 * Looks at letters, as something may have been known before they died, and at events of connections of which something new is known. What
 * to look at is read before their connections are locked, and what is known of these afterwards. Resolves to how many letters it were.
 */
async function look(context: StoreContext, session: TransactionSession, now: number): Promise<number> {
  const letters = await session.rows<LetterRow>(
    `SELECT id, event_seq FROM relay.deliveries WHERE is_identified IS NULL AND ${isUnidentified} ORDER BY id LIMIT $1`,
    identityStepSize,
  )
  const left = identityStepSize - letters.length
  const arrivals = left === 0 ? [] : await readArrivals(session, left + 1)
  const { progress, wanting } = arrivalProgress(arrivals, left)
  const seqs = [...new Set([...letters.map((letter) => letter.event_seq), ...wanting])]
  if (seqs.length > 0) {
    const events = await lockLateIdentities(context, session, { seqs, wanting: seqs })
    await events.identify(now)
  }
  if (letters.length > 0) {
    await session.run(
      `UPDATE relay.deliveries SET is_identified = 0 WHERE id = ANY($1::bigint[]) AND is_identified IS NULL AND ${isUnidentified}`,
      letters.map(({ id }) => id),
    )
  }
  // One that something new is known of meanwhile begins anew: its position is another one.
  const at =
    'UNNEST($1::bigint[], $2::bigint[], $3::bigint[]) AS p(id, position, next) WHERE a.id = p.id AND a.position = p.position'
  const steps = [progress.map(({ id }) => id), progress.map(({ from }) => from), progress.map(({ next }) => next)]
  if (progress.length > 0) {
    await session.run(`DELETE FROM relay.identity_arrivals a USING ${at} AND p.next IS NULL`, ...steps)
    await session.run(`UPDATE relay.identity_arrivals a SET position = p.next FROM ${at} AND p.next IS NOT NULL`, ...steps)
  }
  return letters.length
}

/** Events of the connections that something new is known of, the longest known first. */
async function readArrivals(session: SqlSession, limit: number): Promise<readonly ArrivalRow[]> {
  return session.rows<ArrivalRow>(
    `SELECT a.id, a.position, e.seq,
       EXISTS (SELECT FROM relay.deliveries WHERE event_seq = e.seq AND ${isUnidentified}) AS is_wanting
     FROM (SELECT id, connection_id, position FROM relay.identity_arrivals ORDER BY id LIMIT $1) AS a
     LEFT JOIN LATERAL (
       SELECT seq FROM relay.events WHERE connection_id = a.connection_id AND seq > a.position ORDER BY seq LIMIT $1
     ) AS e ON true
     ORDER BY a.id, e.seq LIMIT $1`,
    limit,
  )
}

async function startReplay(
  context: StoreContext,
  session: SqlSession,
  { destination, hasMore, now }: { readonly destination: string; readonly hasMore: boolean; readonly now: number },
): Promise<IdentityReplay | undefined> {
  const isAnyMarked = await session.value<boolean>(
    `SELECT EXISTS (SELECT FROM relay.deliveries WHERE is_identified = 1 AND destination = $1 AND ${isUnidentified})`,
    destination,
  )
  const selection = identifiedLetters(destination)
  if (isAnyMarked !== true || (await isReplayRunning(session, selection))) return undefined
  const through = await replayEnd(session, 'deliveries')
  // Those that the replay will find: a replay of nothing would be followed by the next.
  const since = await replaySince(session, destination)
  const found = await rowsOf(
    session,
    selectTargets(selection, { destination, since, limit: identityReplaySize, after: 0, through }),
  )
  const planned = found.length
  if (planned === 0 || (hasMore && planned < identityReplaySize)) return undefined
  const { replay, isNew } = await addReplay(session, context, {
    at: now,
    actor: 'relay',
    selection,
    through,
    planned: new Map([[destination, planned]]),
  })
  return isNew ? { id: replay.id, destination, planned } : undefined
}
