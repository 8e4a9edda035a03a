import { mentionsPerson } from '../../erasure/mentions.ts'
import type { Person } from '../../erasure/person.ts'
import { isTheirs, sizeOf, withRecord } from '../../erasure/person.ts'
import type { OpenErasure } from '../common/erasure-rows.ts'
import type { PersonEventRow } from '../common/person-events.ts'
import { isPersonEvent, personEventColumns } from '../common/person-events.ts'
import type { ErasureCursor } from '../erasure-store.ts'
import { eraseEvents } from './erase-events.ts'
import { eraseMemory } from './erase-memory.ts'
import { eraseAudit, eraseImports, eraseReplays } from './erase-records.ts'
import { addErased, keepPerson, markErased, nothingErased } from './erasure-records.ts'
import { findPerson } from './find-person.ts'
import { lockConnections } from './lock-connections.ts'
import { personEvents } from './person-events.ts'
import { quarantinedBodies } from './quarantined-bodies.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'
import type { TransactionSession } from './transaction-session.ts'

/**
 * Where an erasure is: one pass through everything, begun again when more is known of the person at its end than at its beginning.
 * `search`: what is remembered is looked through; then `events` to `forget` erase, and `tail` looks at what came since the pass began.
 */
export interface ErasurePass {
  readonly erasureId: number
  /** How much was known of the person when it began. */
  readonly size: number
  readonly step: 'search' | 'events' | 'quarantine' | 'replays' | 'imports' | 'audit' | 'forget' | 'tail' | 'end'
  /** Where the step is; `null`: at its beginning. */
  readonly cursor: ErasureCursor | null
  /** Every event up to this one was there when the pass looked for the person, or has been looked at since. */
  readonly tail: number
  /** Up to here the tail is read. */
  readonly tailEnd: number
  readonly quarantine: number
  readonly replays: number
  readonly imports: number
  readonly audit: number
}

/** Where to go on, and how long to wait before. `undefined`: nothing of the person is left. */
export interface PassStep {
  readonly pass: ErasurePass | undefined
  readonly waitMs: number
}

interface TailRow extends PersonEventRow {
  readonly body: string
}

const tailSize = 100
/** So many events are looked at in the last step, in which nobody stores any. */
const lastTail = 2_000
const connectionsSize = 50
/** How long what is in flight is given before it is looked at again. */
const inFlightMs = 250

/**
 * Takes one step of erasing a person, in the caller's transaction. It ends with one that finds nothing left while nobody can store anything,
 * so that what arrives before the end is erased with the rest, and what arrives after it is stored anew, completed by nothing that was known
 * before.
 */
export async function erasePerson(
  context: StoreContext,
  session: TransactionSession,
  erasure: OpenErasure,
  pass: ErasurePass | undefined,
  now: number,
): Promise<PassStep> {
  const { person } = erasure
  const time = context.timeFor(now)
  if (pass === undefined || pass.erasureId !== erasure.id) return goOn(await newPass(context, session, erasure))
  const at = typeof pass.cursor?.after === 'number' ? pass.cursor.after : 0

  switch (pass.step) {
    case 'search': {
      const { person: found, next } = await findPerson(context, session, { person, after: pass.cursor })
      await learn(context, session, erasure, found)
      return goOn(next === null ? { ...pass, step: 'events', cursor: null } : { ...pass, cursor: next })
    }
    case 'events': {
      const { rows, next } = await personEvents(session, person, at)
      let known = person
      for (const row of rows) {
        known = withRecord(known, row.connection_id, { customerId: row.customer_id, email: null, mobile: null })
      }
      await learn(context, session, erasure, known)
      await addErased(session, erasure.id, await eraseEvents(context, session, rows, time))
      return goOn(next === null ? { ...pass, step: 'quarantine', cursor: null } : { ...pass, cursor: { step: 0, after: next } })
    }
    case 'quarantine': {
      const { last, isEnd } = await eraseQuarantined(context, session, erasure, pass.quarantine)
      return goOn({ ...pass, quarantine: last, step: isEnd ? 'replays' : 'quarantine' })
    }
    case 'replays': {
      const { last, isEnd } = await eraseReplays(context, session, person, pass.replays, now)
      return goOn({ ...pass, replays: last, step: isEnd ? 'imports' : 'replays' })
    }
    case 'imports': {
      const { last, isEnd } = await eraseImports(session, person, pass.imports, now)
      return goOn({ ...pass, imports: last, step: isEnd ? 'audit' : 'imports' })
    }
    case 'audit': {
      const { last, isEnd } = await eraseAudit(context, session, pass.audit)
      return goOn({ ...pass, audit: last, step: isEnd ? 'forget' : 'audit' })
    }
    case 'forget': {
      const ids = [...person.connections].toSorted((one, other) => (one < other ? -1 : 1)).slice(at, at + connectionsSize)
      await forget(session, person, ids)
      const isEnd = ids.length < connectionsSize
      return goOn(isEnd ? { ...pass, step: 'end', cursor: null } : { ...pass, cursor: { step: 0, after: at + connectionsSize } })
    }
    case 'tail': {
      const { last } = await eraseTail(context, session, erasure, { after: pass.tail, through: pass.tailEnd }, now)
      return goOn(last === null ? { ...pass, tail: pass.tailEnd, step: 'end' } : { ...pass, tail: last })
    }
    case 'end':
      return end(context, session, erasure, pass, now)
  }
}

function goOn(pass: ErasurePass, waitMs = 0): PassStep {
  return { pass, waitMs }
}

/** Who was storing something when the erasure was asked for has done so: all of it is found, and of what comes later the blocks tell. */
async function newPass({ guard }: StoreContext, session: SqlSession, { id, person }: OpenErasure): Promise<ErasurePass> {
  await guard.exclude(session)
  const tail = await newestEvent(session)
  const places = { quarantine: 0, replays: 0, imports: 0, audit: 0 }
  return { erasureId: id, size: sizeOf(person), step: 'search', cursor: null, tail, tailEnd: tail, ...places }
}

/** Whether nothing of the person was left. What others send meanwhile does not put the end off. */
async function end(
  context: StoreContext,
  session: TransactionSession,
  erasure: OpenErasure,
  pass: ErasurePass,
  now: number,
): Promise<PassStep> {
  await context.guard.exclude(session)
  const newest = await newestEvent(session)
  if (newest - pass.tail > lastTail) return goOn({ ...pass, step: 'tail', tailEnd: newest })
  const connections = [...erasure.person.connections]
  await lockConnections(session, connections)
  let { person } = erasure
  for (let last: number | null = pass.tail; last !== null; ) {
    const seen = await eraseTail(context, session, { ...erasure, person }, { after: last, through: newest }, now)
    person = seen.person
    last = seen.last
  }
  if (sizeOf(person) !== pass.size) return { pass: undefined, waitMs: 0 }

  // Enrichment may have found out whose an event is.
  const { rows } = await personEvents(session, person, 0)
  await addErased(session, erasure.id, await eraseEvents(context, session, rows, context.timeFor(now)))
  const left = rows.length === 0 ? rows : (await personEvents(session, person, 0)).rows
  if (left.length > 0) return goOn({ ...pass, step: 'events', cursor: null, tail: newest }, inFlightMs)

  const quarantine = await eraseQuarantined(context, session, erasure, pass.quarantine)
  if (!quarantine.isEnd) return goOn({ ...pass, step: 'quarantine', quarantine: quarantine.last, tail: newest })
  const replays = await eraseReplays(context, session, person, pass.replays, now)
  if (!replays.isEnd) return goOn({ ...pass, step: 'replays', tail: newest })
  const imports = await eraseImports(session, person, pass.imports, now)
  if (!imports.isEnd) return goOn({ ...pass, step: 'imports', tail: newest })
  const audit = await eraseAudit(context, session, pass.audit)
  if (!audit.isEnd) return goOn({ ...pass, step: 'audit', tail: newest })
  await eraseMemory(session, person, connections)
  await removeConnections(session, connections)
  await markErased(session, erasure.id, now)
  return { pass: undefined, waitMs: 0 }
}

/** What came since the pass began, of which nobody has looked whose it is; `last`: `null` after the last. */
async function eraseTail(
  context: StoreContext,
  session: TransactionSession,
  erasure: OpenErasure,
  { after, through }: { readonly after: number; readonly through: number },
  now: number,
): Promise<{ readonly last: number | null; readonly person: Person }> {
  const rows = await session.rows<TailRow>(
    `SELECT ${personEventColumns}, body FROM relay.events WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT ${tailSize}`,
    after,
    through,
  )
  let { person } = erasure
  const theirs = rows.filter((row) => {
    const customer = context.bodies.open(row)?.customer
    const owner = { customerId: row.customer_id, email: customer?.email ?? null, mobile: customer?.mobile ?? null }
    const isOwned = isTheirs(person, owner) || isPersonEvent(person, row)
    if (isOwned) person = withRecord(person, row.connection_id, owner)
    return isOwned
  })
  await learn(context, session, erasure, person)
  await addErased(session, erasure.id, await eraseEvents(context, session, theirs, context.timeFor(now)))
  return { last: rows.length < tailSize ? null : (rows.at(-1)?.seq ?? null), person }
}

async function eraseQuarantined(
  context: StoreContext,
  session: TransactionSession,
  { id, person }: OpenErasure,
  after: number,
): Promise<{ readonly last: number; readonly isEnd: boolean }> {
  const { rows, next } = await quarantinedBodies(context, session, after)
  const mentioned = rows.filter(({ body }) => mentionsPerson(body, person))
  if (mentioned.length > 0) {
    const quarantined = await session.run(
      'DELETE FROM relay.quarantine WHERE id = ANY($1::bigint[])',
      mentioned.map((row) => row.id),
    )
    for (const row of mentioned) context.guard.addBody(session, row.body_hash)
    await addErased(session, id, { ...nothingErased, quarantined })
  }
  return { last: rows.at(-1)?.id ?? after, isEnd: next === null }
}

async function learn(context: StoreContext, session: SqlSession, erasure: OpenErasure, person: Person): Promise<void> {
  if (sizeOf(person) > sizeOf(erasure.person)) await keepPerson(context, session, erasure, person)
}

async function forget(session: SqlSession, person: Person, connectionIds: readonly string[]): Promise<void> {
  if (connectionIds.length === 0) return
  await lockConnections(session, connectionIds)
  await eraseMemory(session, person, connectionIds)
}

/** Locks of connections of which nothing is remembered. */
async function removeConnections(session: SqlSession, connectionIds: readonly string[]): Promise<void> {
  await session.run(
    `DELETE FROM relay.connections c WHERE c.connection_id = ANY($1::text[])
     AND NOT EXISTS (SELECT FROM relay.connection_history h WHERE h.connection_id = c.connection_id)`,
    connectionIds,
  )
}

async function newestEvent(session: SqlSession): Promise<number> {
  return (await session.value<number>('SELECT coalesce(max(seq), 0) FROM relay.events')) ?? 0
}
