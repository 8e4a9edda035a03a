import type { Database } from 'better-sqlite3'
import { parkedDueAt, waitingDueAt } from '../common/waiting-due-at.ts'
import { createOrderingTriggers, groupOf } from './ordering-triggers.ts'

/** A due delivery, as far as its place in its group needs it. */
export interface OrderedRow {
  readonly id: number
  readonly destination: string
  /** `null`: in no order with any other. */
  readonly ordering_group: string | null
}

/** The order of each customer's events, at the destinations that keep it. */
export interface CustomerOrder {
  /**
   * After the setting of a destination has changed, puts a few of its deliveries in order, or lets them go, in a transaction of its own.
   * Whether more are left: until then nothing of it may be claimed.
   */
  arrange(destination: string): boolean
  /** Whether its group has nothing earlier pending, and nothing else that is being attempted. Called inside the caller's transaction. */
  isNext(row: OrderedRow, now: number): boolean
  /** Lets it wait until it may be next. Called inside the caller's transaction. */
  park(id: number): void
}

interface Place {
  readonly due_at: number
  readonly id: number
}

interface UngroupedRow extends Place {
  readonly wanted: string
  readonly ordering_group: string | null
  readonly own_due_at: number | null
  readonly order_key: string
}

/** So many are put in order, or let go, in one claim, as the store does nothing else meanwhile. */
const arrangedAtOnce = 250

/**
 * Prepares the statements, and what keeps the groups of the `ordered` destinations. What was pending when a destination was switched on is
 * put in order by its first claims, so that a start takes no longer for it.
 */
export function customerOrder(database: Database, ordered: readonly string[]): CustomerOrder {
  if (ordered.length > 0) createOrderingTriggers(database, ordered)
  const arranged = new Set(registerOrdered(database, ordered))
  const places = new Map<string, Place>()
  const ungrouped = database.prepare<[string, number, number, number], UngroupedRow>(
    `SELECT d.due_at, d.id, d.ordering_group, d.own_due_at, ${groupOf('e')} AS wanted, e.order_key
     FROM deliveries d JOIN events e ON e.seq = d.event_seq
     WHERE d.destination = ? AND d.status = 'pending' AND (d.due_at, d.id) < (?, ?) ORDER BY d.due_at DESC, d.id DESC LIMIT ?`,
  )
  const group = database.prepare(
    'UPDATE deliveries SET ordering_group = ?, ordering_key = ?, due_at = ?, own_due_at = NULL WHERE id = ?',
  )
  const markGrouped = database.prepare('UPDATE ordered_destinations SET is_grouped = 1 WHERE destination = ?')
  const letGo = database.prepare(
    `UPDATE deliveries SET due_at = own_due_at, own_due_at = NULL WHERE id IN (
       SELECT id FROM deliveries WHERE destination = ? AND status = 'pending' AND due_at = ${parkedDueAt} LIMIT ?)`,
  )
  const first = database
    .prepare<[string, string], number>(
      `SELECT id FROM deliveries WHERE destination = ? AND ordering_group = ? AND status = 'pending'
       ORDER BY ordering_key, event_seq LIMIT 1`,
    )
    .pluck()
  const attempted = database
    .prepare<[string, string, number, number], number>(
      `SELECT 1 FROM deliveries WHERE destination = ? AND ordering_group = ? AND lease_token IS NOT NULL AND due_at > ? AND id <> ?
       LIMIT 1`,
    )
    .pluck()
  const park = database.prepare(
    `UPDATE deliveries SET own_due_at = due_at, due_at = ${parkedDueAt}, lease_token = NULL WHERE id = ?`,
  )

  /** From the last due to the first: what becomes due meanwhile, as its event is completed, moves to where it is still seen. */
  const groupSome = database.transaction((destination: string): Place | undefined => {
    const place = places.get(destination) ?? { due_at: waitingDueAt, id: Number.MAX_SAFE_INTEGER }
    const rows = ungrouped.all(destination, place.due_at, place.id, arrangedAtOnce)
    for (const { id, wanted, ordering_group: current, own_due_at: ownDueAt, due_at: dueAt, order_key: key } of rows) {
      if (current !== wanted || ownDueAt !== null) group.run(wanted, key, ownDueAt ?? dueAt, id)
    }
    if (rows.length === arrangedAtOnce) return rows.at(-1)
    markGrouped.run(destination)
    return undefined
  }).immediate

  function arrangeSome(destination: string): boolean {
    if (!ordered.includes(destination)) return letGo.run(destination, arrangedAtOnce).changes === arrangedAtOnce
    const place = groupSome(destination)
    if (place !== undefined) places.set(destination, place)
    return place !== undefined
  }

  return {
    arrange(destination) {
      if (arranged.has(destination)) return false
      const isMore = arrangeSome(destination)
      if (!isMore) arranged.add(destination)
      return isMore
    },
    isNext({ id, destination, ordering_group: itsGroup }, now) {
      if (itsGroup === null || !ordered.includes(destination)) return true
      return first.get(destination, itsGroup) === id && attempted.get(destination, itsGroup, now, id) === undefined
    },
    park: (id) => void park.run(id),
  }
}

/** Remembers which destinations are ordered, and forgets the others. Returns those whose deliveries are all in order. */
function registerOrdered(database: Database, ordered: readonly string[]): readonly string[] {
  const known = database
    .prepare<[], { readonly destination: string; readonly is_grouped: number }>(
      'SELECT destination, is_grouped FROM ordered_destinations',
    )
    .all()
  const remove = database.prepare('DELETE FROM ordered_destinations WHERE destination = ?')
  const insert = database.prepare('INSERT INTO ordered_destinations (destination, is_grouped) VALUES (?, 0)')
  database
    .transaction(() => {
      for (const { destination } of known) if (!ordered.includes(destination)) remove.run(destination)
      for (const destination of ordered) if (!known.some((one) => one.destination === destination)) insert.run(destination)
    })
    .immediate()
  return known.flatMap(({ destination, is_grouped: isGrouped }) =>
    isGrouped === 1 && ordered.includes(destination) ? destination : [],
  )
}
