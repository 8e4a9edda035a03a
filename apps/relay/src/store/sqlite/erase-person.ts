import type { Database } from 'better-sqlite3'
import { mentionsPerson } from '../../erasure/mentions.ts'
import type { Person } from '../../erasure/person.ts'
import { isTheirs, sizeOf, withRecord } from '../../erasure/person.ts'
import type { OpenErasure } from '../common/erasure-rows.ts'
import { eventBodies } from '../common/event-bodies.ts'
import type { PersonEventRow } from '../common/person-events.ts'
import { isPersonEvent, subjectsOf } from '../common/person-events.ts'
import type { DeliveryCounts } from './delivery-counts.ts'
import { eraseAudit } from './erase-audit.ts'
import type { ErasedCounts } from './erase-events.ts'
import { eraseEvents } from './erase-events.ts'
import { eraseImports } from './erase-imports.ts'
import { eraseMemory } from './erase-memory.ts'
import { eraseReplays } from './erase-replays.ts'
import type { ErasureGuard } from './erasure-guard.ts'
import type { ErasureRecords } from './erasure-records.ts'
import { personEvents } from './person-events.ts'
import { quarantinedBodies } from './quarantined-bodies.ts'
import { sealerOf } from './store-sealer.ts'
import type { SweptRows } from './swept-rows.ts'

interface TailRow extends PersonEventRow {
  readonly body: string
}

/** What erasing a person works with. */
export interface ErasePersonOptions {
  readonly database: Database
  readonly counts: DeliveryCounts
  readonly guard: ErasureGuard
  readonly records: ErasureRecords
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const tailSize = 100
/** Look-ups and rows of one step. */
const stepSize = 100
const memorySize = 200
const everything = 1_000_000_000
/** Of the last step. */
const lastWindows = 20
/** How long what is in flight is given before it is looked at again. */
const inFlightMs = 250

/**
 * Erases a person step by step; each step is a transaction, and what it yields is how long to wait before the next. It ends with a
 * transaction that finds nothing left, so that what arrives before the end is erased with the rest, and what arrives after it is stored
 * anew, completed by nothing that was known before.
 */
export function erasePerson(options: ErasePersonOptions): (erasure: OpenErasure) => Generator<number, void> {
  const { database, counts, guard, records, now } = options
  const eventsOf = personEvents(database)
  const erase = eraseEvents(database, counts, guard)
  const forget = eraseMemory(database)
  const bodies = quarantinedBodies(database)
  const { open: openEvent } = eventBodies(sealerOf(database))
  const sweepReplays = eraseReplays(database, guard)
  const sweepImports = eraseImports(database)
  const sweepAudit = eraseAudit(database, guard)
  const tailRows = database.prepare<[number, number], TailRow>(
    'SELECT seq, event_id, idempotency_key, customer_id, connection_id, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
  )
  const hasEvent = database.prepare<[string], number>('SELECT 1 FROM events WHERE customer_id = ? LIMIT 1').pluck()
  const removeQuarantined = database.prepare('DELETE FROM quarantine WHERE id = ?')

  return function* run(erasure) {
    let person = erasure.person
    let tail = erasure.through
    let quarantineTail = 0
    let swept = { replays: 0, imports: 0, audit: 0 }
    let isWaiting = false
    let erased = 0
    let personOfPass = person

    function atOnce<Result>(action: () => Result): Result {
      return database.transaction(action).immediate()
    }

    function add(counted: ErasedCounts & { readonly quarantined: number }): void {
      const sum = counted.events + counted.versions + counted.deliveries + counted.quarantined
      erased += sum
      if (sum > 0) records.addCounts(erasure.id, counted)
    }

    function eraseRows(rows: readonly PersonEventRow[]): void {
      const total = { events: 0, versions: 0, deliveries: 0, quarantined: 0 }
      for (const row of rows) {
        const gone = erase(row, now())
        total.events += gone.events
        total.versions += gone.versions
        total.deliveries += gone.deliveries
        isWaiting ||= gone.isWaiting
      }
      add(total)
    }

    function* eraseKnown(): Generator<number, void> {
      let work = 0
      for (const subject of subjectsOf(person)) {
        let position: number | null = 0
        while (position !== null) {
          const { rows, next }: ReturnType<typeof eventsOf> = eventsOf(subject, position)
          // What is newer may say more of the person, and is read as it came.
          const theirs = rows.filter((row) => row.seq <= tail && isPersonEvent(person, row))
          if (theirs.length > 0) atOnce(() => eraseLearned(theirs))
          position = next
          work += 1 + rows.length
          if (work >= stepSize) yield 0
          work %= stepSize
        }
      }
    }

    /** Events whose owner was found otherwise may be of connections that were not known to be theirs. */
    function eraseLearned(rows: readonly PersonEventRow[]): void {
      let next = person
      for (const row of rows)
        next = withRecord(next, row.connection_id, { customerId: row.customer_id, email: null, mobile: null })
      learn(next)
      eraseRows(rows)
    }

    /** What came since the erasure was asked for. */
    function eraseTail(): boolean {
      const rows = tailRows.all(tail, tailSize)
      const last = rows.at(-1)
      if (last === undefined) return false
      let next = person
      const theirs = rows.filter((row) => {
        const customer = openEvent(row)?.customer
        const owner = { customerId: row.customer_id, email: customer?.email ?? null, mobile: customer?.mobile ?? null }
        const isOwned = isTheirs(next, owner) || isPersonEvent(next, row)
        if (isOwned) next = withRecord(next, row.connection_id, owner)
        return isOwned
      })
      learn(next)
      if (theirs.length > 0) eraseRows(theirs)
      tail = last.seq
      return true
    }

    function learn(next: Person): void {
      if (next === person) return
      person = next
      records.addSubjects(erasure, person)
      quarantineTail = 0
    }

    function eraseQuarantined(): boolean {
      const { rows, next } = bodies(quarantineTail)
      const mentioned = rows.filter(({ body }) => mentionsPerson(body, person))
      for (const { id, body_hash: bodyHash } of mentioned) {
        removeQuarantined.run(id)
        guard.addBody(bodyHash)
      }
      counts.count('quarantined', -mentioned.length)
      add({ events: 0, versions: 0, deliveries: 0, quarantined: mentioned.length })
      quarantineTail = rows.at(-1)?.id ?? quarantineTail
      return next !== null
    }

    function sweep(name: keyof typeof swept, rows: SweptRows): boolean {
      swept = { ...swept, [name]: rows.last }
      return !rows.isEnd
    }

    function sweepRecords(): boolean {
      const more = [
        sweep('replays', sweepReplays(person, swept.replays, now())),
        sweep('imports', sweepImports(person, swept.imports, now())),
        sweep('audit', sweepAudit(swept.audit)),
      ]
      return more.includes(true)
    }

    function forgetConnections(limit: number): boolean {
      const isTheirCustomer = (customerId: string): boolean => person.customers.has(customerId)
      return [...person.connections].filter((connectionId) => forget(connectionId, isTheirCustomer, limit)).length > 0
    }

    function* repeat(step: () => boolean): Generator<number, void> {
      while (atOnce(step)) yield 0
      yield 0
    }

    /** Whether nothing of the person was left. What others send meanwhile does not put the end off. */
    function end(): boolean {
      const erasedBefore = erased
      for (let windows = 0; eraseTail(); windows += 1) if (windows === lastWindows) return false
      for (let windows = 0; eraseQuarantined(); windows += 1) if (windows === lastWindows) return false
      const isSame = person === personOfPass && erased === erasedBefore && !isWaiting
      const current = records.nextOpen()
      const isWhole = current?.id === erasure.id && sizeOf(current.person) === sizeOf(person)
      // Enrichment may have found out whose an event is.
      if (!isSame || !isWhole || [...person.customers].some((customer) => hasEvent.get(customer) !== undefined)) return false
      while (sweepRecords());
      forgetConnections(everything)
      records.markErased(erasure.id, now())
      return true
    }

    for (;;) {
      person = records.nextOpen()?.person ?? person
      personOfPass = person
      isWaiting = false
      swept = { replays: 0, imports: 0, audit: 0 }
      yield* eraseKnown()
      yield* repeat(eraseTail)
      yield* repeat(eraseQuarantined)
      yield* repeat(sweepRecords)
      yield* repeat(() => forgetConnections(memorySize))
      if (isWaiting) yield inFlightMs
      else if (atOnce(end)) return
    }
  }
}
