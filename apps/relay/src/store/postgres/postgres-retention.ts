import type { Cutoffs } from '../common/retention-cutoffs.ts'
import { toCutoffs } from '../common/retention-cutoffs.ts'
import type { RetentionStep, RetentionStore } from '../retention-store.ts'
import type { ForgottenThrough } from './forget-connections.ts'
import { forgetConnections } from './forget-connections.ts'
import { jobPosition } from './job-positions.ts'
import type { AgingRow } from './remove-old-events.ts'
import { readAging, removeLedger, removePayloads } from './remove-old-events.ts'
import { removeActivity, removeQuarantined, removeRecords } from './remove-records.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

/** Where the round is that all relays take their steps of. */
interface Round {
  /** How many there were before. */
  readonly number: number
  readonly step: 'payloads' | 'ledger' | 'quarantine' | 'records' | 'activity' | 'memory'
  /** The last event that was looked at. */
  readonly position: number
  /** The first event with a payload that was kept; `null`: none so far. */
  readonly firstKept: number | null
  /** No event up to this one has a payload. */
  readonly emptied: number
  readonly forgotten: ForgottenThrough | null
}

type Removed = Omit<RetentionStep, 'isEnd'>
type StepDone = Removed & { readonly round: Round; readonly isEnd: boolean }

const nothing: Removed = { payloads: 0, ledger: 0, quarantined: 0 }
const firstRound: Round = { number: 0, step: 'payloads', position: 0, firstKept: null, emptied: 0, forgotten: null }
/** Counts what a step removes in rows that nobody else counts in: who stores an event does not wait for it. */
const ownSlot = "SET LOCAL relay.slot TO '64'"
/** Of those that are looked at, so many events may be changed in one step. */
const changedSize = 50

/**
 * Retention on one PostgreSQL database. Events are gone through in the order in which they came, so that no index of their age has to be kept
 * up; a round ends where all of them are young. The first one whose payload is kept is remembered, as those before it need no second look.
 * A round is one for all relays: each takes steps of it, and ends with it.
 */
export function postgresRetention(context: StoreContext): RetentionStore {
  const { database, lackedKeys } = context
  const position = jobPosition<Round>('retention')
  let joined: number | undefined

  return {
    retain: async ({ now, settings }) => {
      // Of what it cannot read it would keep less than is to be kept: others take this round.
      if (lackedKeys.isAny()) return { ...nothing, isEnd: true }
      const cutoffs = toCutoffs(now, settings)
      const step = await database.exclusive('retention', async (session) => {
        session.write(ownSlot)
        const round = (await position.read(session)) ?? firstRound
        // Another relay came to the end of the round that this one was taking part in.
        if (joined !== undefined && joined !== round.number) return { ...nothing, round, isEnd: true }
        const done = await takeStep(context, session, round, cutoffs)
        await position.write(session, done.isEnd ? { ...done.round, number: round.number + 1 } : done.round)
        return done
      })
      if (step === undefined) return { ...nothing, isEnd: false }
      const { round, isEnd, ...removed } = step
      joined = isEnd ? undefined : round.number
      return { ...removed, isEnd }
    },
  }
}

async function takeStep(context: StoreContext, session: SqlSession, round: Round, cutoffs: Cutoffs): Promise<StepDone> {
  const next = (removed: Partial<Removed>, place: Partial<Round>): StepDone => ({
    ...nothing,
    ...removed,
    round: { ...round, ...place },
    isEnd: false,
  })

  switch (round.step) {
    case 'payloads': {
      const { rows, changing, last, isEnd } = await readOld(session, Math.max(round.position, round.emptied), {
        cutoffs,
        before: cutoffs.payload,
        isChanged: (row) => !row.is_kept && row.payload_deleted_at === null,
      })
      const removed = changing.length === 0 ? [] : await removePayloads(context, session, changing, cutoffs)
      const gone = new Set(removed)
      const kept = rows.find((row) => row.payload_deleted_at === null && !gone.has(row.seq))?.seq ?? null
      const firstKept = round.firstKept ?? kept
      const payloads = removed.length
      if (!isEnd) return next({ payloads }, { position: last, firstKept })
      const emptied = firstKept === null ? last : Math.min(last, firstKept - 1)
      return next({ payloads }, { step: 'ledger', position: 0, firstKept: null, emptied })
    }
    case 'ledger': {
      const { changing, last, isEnd } = await readOld(session, round.position, {
        cutoffs,
        before: cutoffs.ledger,
        isChanged: (row) => !row.is_kept,
      })
      const ledger = changing.length === 0 ? 0 : await removeLedger(context, session, changing, cutoffs)
      return next({ ledger }, isEnd ? { step: 'quarantine', position: 0 } : { position: last })
    }
    case 'quarantine': {
      const quarantined = await removeQuarantined(session, cutoffs.quarantine)
      return next({ quarantined }, quarantined > 0 ? {} : { step: 'records' })
    }
    case 'records':
      return next({}, (await removeRecords(session, cutoffs.ledger)) ? {} : { step: 'activity' })
    case 'activity':
      return next({}, (await removeActivity(session, cutoffs.now)) ? {} : { step: 'memory' })
    case 'memory': {
      const forgotten = await forgetConnections(session, round.forgotten ?? undefined, cutoffs.ledger)
      if (forgotten !== undefined) return next({}, { forgotten })
      return { ...next({}, { step: 'payloads', position: 0, forgotten: null }), isEnd: true }
    }
  }
}

interface OldRequest {
  readonly cutoffs: Cutoffs
  /** Those that came later are young. */
  readonly before: number
  readonly isChanged: (row: AgingRow) => boolean
}

interface OldRows {
  /** Those that were looked at. */
  readonly rows: readonly AgingRow[]
  /** The old ones that are to be changed: a few. */
  readonly changing: readonly number[]
  readonly last: number
  /** There are no old ones any more. */
  readonly isEnd: boolean
}

async function readOld(session: SqlSession, after: number, { cutoffs, before, isChanged }: OldRequest): Promise<OldRows> {
  const window = await readAging(session, after, cutoffs)
  const isOld = (row: AgingRow): boolean => row.received_at <= before
  if (!window.some(isOld)) return { rows: window, changing: [], last: after, isEnd: true }
  const changing = window.filter((row) => isOld(row) && isChanged(row)).slice(0, changedSize)
  const last = (changing.length === changedSize ? changing.at(-1) : window.at(-1))?.seq ?? after
  return { rows: window.filter((row) => row.seq <= last), changing: changing.map(({ seq }) => seq), last, isEnd: false }
}
