import { mentionsPerson } from '../../erasure/mentions.ts'
import type { ErasureStore, PersonCounts } from '../erasure-store.ts'
import { personEvents } from './person-events.ts'
import { quarantinedBodies } from './quarantined-bodies.ts'
import type { SqlSession } from './sql-session.ts'
import type { StoreContext } from './store-context.ts'

interface CountRow {
  readonly versions: number
  readonly pending: number
  readonly delivered: number
  readonly skipped: number
  readonly dead: number
}

const quarantineStep = 1

/** Counts what is stored of a person, a part at a time: events, then what is in quarantine. */
export async function surveyPerson(
  context: Pick<StoreContext, 'sealer'>,
  session: SqlSession,
  { person, after }: Parameters<ErasureStore['surveyPerson']>[0],
): ReturnType<ErasureStore['surveyPerson']> {
  const { step, after: place } = after ?? { step: 0, after: 0 }
  const position = typeof place === 'number' ? place : 0
  if (step === quarantineStep) {
    const { rows, next } = await quarantinedBodies(context, session, position)
    const quarantined = rows.filter(({ body }) => mentionsPerson(body, person)).length
    return { counts: { ...none, quarantined }, next: next === null ? null : { step, after: next } }
  }
  const { rows, next } = await personEvents(session, person, position)
  const counted = await countOf(
    session,
    rows.map(({ seq }) => seq),
  )
  return { counts: counted, next: next === null ? { step: quarantineStep, after: 0 } : { step, after: next } }
}

const none: PersonCounts = {
  events: 0,
  versions: 0,
  quarantined: 0,
  deliveries: { pending: 0, delivered: 0, skipped: 0, dead: 0 },
}

async function countOf(session: SqlSession, seqs: readonly number[]): Promise<PersonCounts> {
  if (seqs.length === 0) return none
  const status = (name: string): string => `count(*) FILTER (WHERE status = '${name}') AS ${name}`
  const row = await session.row<CountRow>(
    `SELECT (SELECT count(*) FROM relay.event_versions WHERE event_seq = ANY($1::bigint[])) AS versions,
       ${['pending', 'delivered', 'skipped', 'dead'].map(status).join(', ')}
     FROM relay.deliveries WHERE event_seq = ANY($1::bigint[])`,
    seqs,
  )
  const { versions = 0, pending = 0, delivered = 0, skipped = 0, dead = 0 } = row ?? {}
  return { events: seqs.length, versions, quarantined: 0, deliveries: { pending, delivered, skipped, dead } }
}
