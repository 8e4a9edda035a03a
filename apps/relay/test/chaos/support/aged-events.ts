import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { ChaosContext } from '../chaos-row.ts'
import type { ChaosStore } from './chaos-store.ts'
import { numberOf, postgresOf } from './chaos-store.ts'
import { drain } from './drain.ts'
import type { Producer } from './producer.ts'
import type { RelayUnderTest } from './relay-under-test.ts'
import { until } from './wait.ts'
import type { World } from './world.ts'

/** Longer than payloads are kept. */
const ageMs = 31 * 86_400_000
const older = `SET received_at = received_at - ${ageMs}`

const delivered = { quick: 400, full: 1_000 }
const waiting = 100
const longestMs = 120_000

/** What grows old: most of it delivered everywhere, some of it held back by one destination. */
export async function postOldEvents(
  { isQuick }: ChaosContext,
  {
    destinations,
    producer,
    relay,
  }: Pick<World, 'destinations'> & { readonly producer: Producer; readonly relay: RelayUnderTest },
): Promise<void> {
  await producer.postMany(isQuick ? delivered.quick : delivered.full)
  await drain(relay)
  await destinations.proxies.klaviyo.setMode({ kind: 'refuse' })
  await producer.postMany(waiting)
}

/** Makes everything that came so far so old that its payload is to be removed. No relay may have an SQLite store open. */
export async function ageEvents(store: ChaosStore): Promise<void> {
  if (store.kind === 'postgres') return postgresOf(store).administer(`UPDATE relay.events ${older}`)
  const database = new Database(join(store.folder, 'relay.db'))
  database.exec(`UPDATE events ${older}`)
  database.close()
}

/** What retention has done with old events. */
export interface Aged {
  /** Those whose payload is gone. */
  readonly removed: number
  /** Of them those that are half done: something of the payload is left, or a delivery waits for it. */
  readonly spoilt: number
}

/** Waits until retention has been through what was delivered. */
export async function untilAged({ isQuick }: ChaosContext, store: ChaosStore): Promise<void> {
  const all = isQuick ? delivered.quick : delivered.full
  await until(async () => (await lookAtAged(store)).removed >= all, longestMs)
}

/** What must be so when a relay was killed in the middle of it, and when another one has gone on. */
export function agedConditions({ isQuick }: ChaosContext, killed: Aged, last: Aged): Readonly<Record<string, boolean>> {
  const all = isQuick ? delivered.quick : delivered.full
  return {
    'retention was not in the middle': killed.removed > 0 && killed.removed < all,
    'retention did not go on': last.removed >= all,
    'a payload is half removed, or of a delivery that waits': killed.spoilt + last.spoilt === 0,
  }
}

/** Looks at the events of a store. */
export async function lookAtAged(store: ChaosStore): Promise<Aged> {
  const removed = 'SELECT count(*) FROM events e WHERE payload_deleted_at IS NOT NULL'
  const waits = "EXISTS (SELECT 1 FROM deliveries d WHERE d.event_seq = e.seq AND d.status = 'pending')"
  return {
    removed: await numberOf(store, removed),
    spoilt: await numberOf(store, `${removed} AND (body LIKE '%@%' OR ${waits})`),
  }
}
