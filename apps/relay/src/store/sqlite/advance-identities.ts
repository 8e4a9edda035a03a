import type { Database } from 'better-sqlite3'
import { identifiedLetters, identityReplaySize, identityStepSize } from '../common/identified-letters.ts'
import { isUnidentified } from '../common/identity-arrivals.ts'
import type { IdentityReplay, IdentityStep } from '../identity-store.ts'
import type { LateIdentities } from './late-identities.ts'
import { personEvents } from './person-events.ts'
import type { ReplayRecords } from './record-replays.ts'
import { selectTargets } from './select-replayed.ts'
import { replayEnd } from './survey-replay.ts'

interface LetterRow {
  readonly id: number
  readonly event_seq: number
}

interface ArrivalRow {
  readonly id: number
  readonly connection_id: string
  readonly position: number
}

interface AdvanceRequest {
  readonly now: number
  readonly destinations: readonly string[]
}

/** Takes up letters and connections in steps, each one transaction: a kill repeats nothing, and the rest goes on. */
export function advanceIdentities(
  database: Database,
  identities: LateIdentities,
  replays: ReplayRecords,
): (request: AdvanceRequest) => IdentityStep {
  const newLetters = database.prepare<[number], LetterRow>(
    `SELECT id, event_seq FROM deliveries WHERE is_identified IS NULL AND ${isUnidentified} LIMIT ?`,
  )
  const lookedAt = database.prepare('UPDATE deliveries SET is_identified = 0 WHERE id = ? AND is_identified IS NULL')
  const oldest = database.prepare<[], ArrivalRow>(
    'SELECT id, connection_id, position FROM identity_arrivals WHERE id > 0 ORDER BY id LIMIT 1',
  )
  const eventsOf = personEvents(database)
  const isWanting = database
    .prepare<[number], number>(`SELECT 1 FROM deliveries WHERE event_seq = ? AND ${isUnidentified} LIMIT 1`)
    .pluck()
  const goOn = database.prepare('UPDATE identity_arrivals SET position = ? WHERE id = ?')
  const removeArrival = database.prepare('DELETE FROM identity_arrivals WHERE id = ?')
  const isAnyMarked = database
    .prepare<[string], number>(
      `SELECT 1 FROM deliveries WHERE is_identified = 1 AND destination = ? AND ${isUnidentified} LIMIT 1`,
    )
    .pluck()

  /** Something may have been known before the letter died. */
  function lookAtLetters(now: number): number {
    const letters = newLetters.all(identityStepSize)
    for (const { id, event_seq: seq } of letters) {
      identities.identify(seq, now)
      lookedAt.run(id)
    }
    return letters.length
  }

  function lookAtConnections(now: number, limit: number): void {
    let left = limit
    while (left > 0) {
      const arrival = oldest.get()
      if (arrival === undefined) return
      const { rows, next } = eventsOf({ kind: 'connection', value: arrival.connection_id }, arrival.position)
      for (const { seq } of rows) if (isWanting.get(seq) !== undefined) identities.identify(seq, now)
      if (next === null) removeArrival.run(arrival.id)
      else goOn.run(next, arrival.id)
      left -= 1 + rows.length
    }
  }

  function startReplay(destination: string, hasMore: boolean, now: number): readonly IdentityReplay[] {
    if (isAnyMarked.get(destination) === undefined) return []
    const selection = identifiedLetters(destination)
    if (replays.isRunning(selection)) return []
    const through = replayEnd(database, 'deliveries')
    // Those that the replay will find: a replay of nothing would be followed by the next.
    const found = { destination, since: replays.since(destination), limit: identityReplaySize, after: 0, through }
    const { sql, parameters } = selectTargets(selection, found)
    const count = database.prepare<unknown[]>(sql).all(...parameters).length
    if (count === 0 || (hasMore && count < identityReplaySize)) return []
    const { replay } = replays.add({ at: now, actor: 'relay', selection, through, planned: new Map([[destination, count]]) })
    return [{ id: replay.id, destination, planned: count }]
  }

  return database.transaction(({ now, destinations }: AdvanceRequest): IdentityStep => {
    const looked = lookAtLetters(now)
    lookAtConnections(now, identityStepSize - looked)
    const hasMore = looked === identityStepSize || oldest.get() !== undefined
    return { replays: destinations.flatMap((destination) => startReplay(destination, hasMore, now)), hasMore }
  }).immediate
}
