import type { Database } from 'better-sqlite3'
import { toLedgerEntry } from '../../retention/to-ledger-entry.ts'
import { eventBodies } from '../common/event-bodies.ts'
import type { Cutoffs } from '../common/retention-cutoffs.ts'
import { toCutoffs } from '../common/retention-cutoffs.ts'
import type { EventColumns } from '../common/unreadable-event.ts'
import { eventColumns, unreadableEvent } from '../common/unreadable-event.ts'
import type { RetentionStep, RetentionStore } from '../retention-store.ts'
import { removeActivity } from './activity-log.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { removeEvent } from './erase-events.ts'
import { forgetConnections } from './forget-connections.ts'
import { removeRecords } from './remove-records.ts'
import { sealerOf } from './store-sealer.ts'

interface EventRow {
  readonly seq: number
  readonly received_at: number
  readonly payload_deleted_at: number | null
}

type Removed = Omit<RetentionStep, 'isEnd'>

const nothing: Removed = { payloads: 0, ledger: 0, quarantined: 0 }
/** Of which so many may be changed in one step. */
const windowSize = 500
const changedSize = 50

/**
 * Retention on one SQLite file. Events are gone through in the order in which they came, so that no index of their age has to be kept up;
 * the round ends where all of them are young. The first one whose payload is kept is remembered, as those before it need no second look.
 */
export function sqliteRetention(database: Database, counts: DeliveryCounts): RetentionStore {
  const select = database.prepare<[number, number], EventRow>(
    'SELECT seq, received_at, payload_deleted_at FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
  )
  const isKept = database
    .prepare<[number, number], number>(
      `SELECT 1 FROM deliveries WHERE event_seq = ? AND (status = 'pending' OR (status = 'dead' AND settled_at > ?)) LIMIT 1`,
    )
    .pluck()
  const bodies = eventBodies(sealerOf(database))
  const find = database.prepare<[number], EventColumns & { readonly body: string }>(
    `SELECT ${eventColumns}, e.body FROM events e WHERE e.seq = ?`,
  )
  const reduce = database.prepare('UPDATE events SET body = ?, payload_deleted_at = ? WHERE seq = ?')
  const emptyVersions = database.prepare("UPDATE event_versions SET body = '{}' WHERE event_seq = ?")
  const emptyAttempts = database.prepare(
    "UPDATE attempts SET message = '' WHERE delivery_id IN (SELECT id FROM deliveries WHERE event_seq = ?)",
  )
  const emptyDeliveries = database.prepare(
    "UPDATE deliveries SET error_message = '' WHERE event_seq = ? AND error_message IS NOT NULL",
  )
  const oldQuarantined = database.prepare<[number, number], number>(
    'DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine ORDER BY id LIMIT ?) AND received_at <= ?',
  )
  const remove = removeEvent(database, counts)
  const forget = forgetConnections(database)
  const removeOldRecords = removeRecords(database)
  const removeOldActivity = removeActivity(database)
  let firstWithPayload = 0
  let round: Generator<Removed, void> | undefined
  let cutoffs: Cutoffs = { now: 0, payload: 0, ledger: 0, deadLetter: 0, quarantine: 0 }

  function removePayload(seq: number): void {
    const row = find.get(seq)
    if (row === undefined) return
    reduce.run(bodies.seal(toLedgerEntry(bodies.open(row) ?? unreadableEvent(row))), cutoffs.now, seq)
    emptyVersions.run(seq)
    emptyAttempts.run(seq)
    emptyDeliveries.run(seq)
  }

  /** Goes through events from `start`, and changes those that are older than `before` says and not kept, in small transactions. */
  function* goThrough(
    start: number,
    before: () => number,
    change: (row: EventRow) => boolean,
    onYoung: (row: EventRow) => void,
    toRemoved: (changed: number) => Removed,
  ): Generator<Removed, void> {
    let position = start
    for (;;) {
      const rows = select.all(position, windowSize)
      const old = rows.filter((row) => row.received_at <= before())
      const last = rows.at(-1)
      rows.filter((row) => row.received_at > before()).forEach(onYoung)
      if (last === undefined || old.length === 0) return
      for (let from = 0; from < old.length; from += changedSize) {
        const part = old.slice(from, from + changedSize)
        yield toRemoved(database.transaction(() => part.filter(change).length).immediate())
      }
      position = last.seq
    }
  }

  function* removePayloads(): Generator<Removed, void> {
    let firstKept = Number.POSITIVE_INFINITY
    let lastSeen = firstWithPayload
    const keep = ({ seq }: EventRow): void => {
      firstKept = Math.min(firstKept, seq)
    }
    yield* goThrough(
      firstWithPayload,
      () => cutoffs.payload,
      (row) => {
        lastSeen = row.seq
        if (row.payload_deleted_at !== null) return false
        const isRemoved = isKept.get(row.seq, cutoffs.deadLetter) === undefined
        if (isRemoved) removePayload(row.seq)
        else keep(row)
        return isRemoved
      },
      keep,
      (payloads) => ({ ...nothing, payloads }),
    )
    firstWithPayload = Math.min(lastSeen, firstKept - 1)
  }

  function* removeLedger(): Generator<Removed, void> {
    yield* goThrough(
      0,
      () => cutoffs.ledger,
      ({ seq }) => isKept.get(seq, cutoffs.deadLetter) === undefined && remove(seq, cutoffs.now).events > 0,
      () => undefined,
      (ledger) => ({ ...nothing, ledger }),
    )
  }

  function* removeQuarantined(): Generator<Removed, void> {
    for (let quarantined = -1; quarantined !== 0; ) {
      quarantined = database
        .transaction(() => {
          const { changes } = oldQuarantined.run(changedSize, cutoffs.quarantine)
          counts.count('quarantined', -changes)
          return changes
        })
        .immediate()
      yield { ...nothing, quarantined }
    }
  }

  function* wholeRound(): Generator<Removed, void> {
    yield* removePayloads()
    yield* removeLedger()
    yield* removeQuarantined()
    while (removeOldRecords(cutoffs.ledger)) yield nothing
    while (removeOldActivity(cutoffs.now)) yield nothing
    for (let place = forget(undefined, cutoffs.ledger); place !== undefined; place = forget(place, cutoffs.ledger)) yield nothing
  }

  return {
    retain: async ({ now, settings }) => {
      cutoffs = toCutoffs(now, settings)
      round ??= wholeRound()
      try {
        const { done, value } = round.next()
        if (done !== true) return { ...value, isEnd: false }
        round = undefined
        return { ...nothing, isEnd: true }
      } catch (error) {
        round = undefined
        throw error
      }
    },
  }
}
