import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PostgresDatabases } from '../../../../test/support/postgres-databases.ts'
import { postgresDatabases } from '../../../../test/support/postgres-databases.ts'
import { countingSession } from '../../../../test/support/postgres-plans.ts'
import { systemClock } from '../../../clock/clock.ts'
import type { DeliveryFilter, PageRequest } from '../../records.ts'
import { deliveryStatuses } from '../../records.ts'
import { openPool } from '../open-pool.ts'
import type { PostgresDatabase } from '../postgres-database.ts'
import { postgresDatabase } from '../postgres-database.ts'
import { readSnapshot } from '../read-snapshot.ts'
import type { SqlSession } from '../sql-session.ts'
import type { OutcomeSearch } from './outcome-search.ts'
import { searchDeliveries } from './search-deliveries.ts'
import { searchEvents } from './search-events.ts'
import { timeRange } from './time-range.ts'

const hour = 3_600_000
const types = ['account.connected', 'purchase.created'] as const
const names = ['one', 'two', 'three'] as const
const codes = [null, 'ERR_REJECTED', 'ERR_NO_IDENTIFIER'] as const
const person = '0'.repeat(32)

let databases: PostgresDatabases
let database: PostgresDatabase

beforeAll(async () => {
  databases = await postgresDatabases()
  database = postgresDatabase(openPool({ url: await databases.create() }), systemClock)
})
afterAll(async () => {
  await database.close()
  await databases.stop()
})

interface StoredEvent {
  readonly seq: number
  readonly type: string
  readonly retailer: string | null
  readonly connection: string
  readonly customer: string | null
  readonly receivedAt: number
}

interface StoredDelivery {
  readonly id: number
  readonly seq: number
  readonly destination: string
  readonly status: string
  readonly code: string | null
  readonly identified: number | null
}

interface Stored {
  readonly events: readonly StoredEvent[]
  readonly deliveries: readonly StoredDelivery[]
}

const delivery = fc.record({
  destination: fc.constantFrom(...names),
  status: fc.constantFrom(...deliveryStatuses),
  code: fc.constantFrom(...codes),
  identified: fc.constantFrom(null, 0, 1),
  /** Made by a later replay. */
  isLate: fc.boolean(),
})
const event = fc.record({
  type: fc.constantFrom(...types),
  retailer: fc.constantFrom(null, '', 'target', 'walmart'),
  connection: fc.constantFrom('x', 'y'),
  customer: fc.constantFrom(null, 'c', 'other'),
  gap: fc.integer({ min: 1, max: 3 }),
  afterHours: fc.integer({ min: -24, max: 48 }),
  deliveries: fc.uniqueArray(delivery, { selector: ({ destination }) => destination, maxLength: 3 }),
})

/** In the order of their receipt, but for a clock that jumps back by up to a day; some positions are gone. */
const stored = fc.array(event, { maxLength: 20 }).map((given): Stored => {
  const events: StoredEvent[] = []
  const early: Omit<StoredDelivery, 'id'>[] = []
  const late: Omit<StoredDelivery, 'id'>[] = []
  let [seq, highest] = [0, 0]
  for (const { gap, afterHours, deliveries, ...columns } of given) {
    seq += gap
    const receivedAt = highest + afterHours * hour
    highest = Math.max(highest, receivedAt)
    events.push({ ...columns, seq, receivedAt })
    for (const { isLate, ...one } of deliveries) {
      const code = one.status === 'dead' ? (one.code ?? 'ERR_TIMEOUT') : one.code
      ;(isLate ? late : early).push({ ...one, seq, code })
    }
  }
  return { events, deliveries: [...early, ...late.toReversed()].map((one, index) => ({ ...one, id: index + 1 })) }
})
const time = fc.integer({ min: 0, max: 300 }).map((hours) => hours * hour)
const filters = {
  type: fc.constantFrom(...types, 'nothing'),
  retailer: fc.constantFrom('target', 'walmart', 'nowhere'),
  connection: fc.constantFrom('x', 'y'),
  customer: fc.constantFrom('c', 'nobody'),
  person: fc.constantFrom(person, '1'.repeat(32)),
  status: fc.constantFrom(...deliveryStatuses),
  destination: fc.constantFrom(...names),
  code: fc.constantFrom('ERR_REJECTED', 'ERR_NO_IDENTIFIER'),
  identified: fc.constant(true as const),
  since: time,
  until: time,
}
type FilterName = keyof typeof filters
const filterNames: readonly FilterName[] = [
  'type',
  'retailer',
  'connection',
  'customer',
  'person',
  'status',
  'destination',
  'code',
  'identified',
  'since',
  'until',
]

/** Of more filters hardly anything is left. */
const search = fc
  .record({ all: fc.record(filters), names: fc.subarray([...filterNames], { maxLength: 3 }) })
  .map(({ all, names: given }): OutcomeSearch => Object.fromEntries(given.map((name) => [name, all[name]])))

async function fill({ events, deliveries }: Stored): Promise<void> {
  await database.run('DELETE FROM relay.deliveries; DELETE FROM relay.events')
  await database.run(
    `INSERT INTO relay.events (seq, event_id, idempotency_key, type, occurred_at, received_at, order_key, customer_id, connection_id,
       retailer, content_hash, body)
     SELECT seq, seq, seq, type, '', "receivedAt", '', customer, connection, retailer, '', '{}' FROM json_to_recordset($1)
       AS e (seq bigint, type text, retailer text, connection text, customer text, "receivedAt" bigint)`,
    JSON.stringify(events),
  )
  await database.run(
    `INSERT INTO relay.deliveries (id, event_seq, destination, status, due_at, pending_since, error_code, is_identified)
     SELECT id, seq, destination, status, 0, 0, code, identified FROM json_to_recordset($1)
       AS d (id bigint, seq bigint, destination text, status text, code text, identified smallint)`,
    JSON.stringify(deliveries),
  )
}

function isMeantEvent(one: StoredEvent, filter: DeliveryFilter): boolean {
  const isTheirs = one.customer === null ? one.connection === 'x' : one.customer === 'c'
  return (
    (filter.type ?? one.type) === one.type &&
    (filter.retailer ?? one.retailer) === one.retailer &&
    (filter.connection ?? one.connection) === one.connection &&
    (filter.customer ?? one.customer) === one.customer &&
    (filter.person === undefined || (filter.person === person && isTheirs)) &&
    (filter.since ?? one.receivedAt) <= one.receivedAt &&
    (filter.until ?? one.receivedAt) >= one.receivedAt
  )
}

function isMeantDelivery(one: StoredDelivery, filter: DeliveryFilter): boolean {
  const isIdentified = one.status === 'dead' && one.code === 'ERR_NO_IDENTIFIER' && one.identified === 1
  return (
    (filter.status ?? one.status) === one.status &&
    (filter.destination ?? one.destination) === one.destination &&
    (filter.code ?? one.code) === one.code &&
    (filter.identified === undefined || isIdentified)
  )
}

interface Part {
  readonly found: readonly number[]
  readonly nextCursor: number | null
}

async function everyPage(find: (page: PageRequest) => Promise<Part>, limit: number): Promise<readonly number[]> {
  const all: number[] = []
  for (let cursor: number | null | undefined; cursor !== null; ) {
    const page: Part = await find({ limit, ...(cursor === undefined ? {} : { cursor }) })
    expect(page.found.length).toBeLessThanOrEqual(limit)
    all.push(...page.found)
    cursor = page.nextCursor
  }
  return all
}

async function eventsPage(session: SqlSession, filter: OutcomeSearch, page: PageRequest): Promise<Part> {
  const { positions, nextCursor } = await searchEvents(session, filter, page)
  return { found: positions, nextCursor }
}

async function deliveriesPage(session: SqlSession, filter: DeliveryFilter, page: PageRequest): Promise<Part> {
  const { rows, nextCursor } = await searchDeliveries(session, filter, page)
  return { found: rows.map(({ id }) => id), nextCursor }
}

test('the pages of a search hold everything that matches once, by the newest event first, however late its deliveries were made', async () => {
  await database.run("INSERT INTO relay.person_index VALUES ($1, 'x', 'c')", person)
  await fc.assert(
    fc.asyncProperty(stored, search, fc.integer({ min: 1, max: 8 }), async (given, filter, limit) => {
      await fill(given)
      const newestFirst = given.events.filter((one) => isMeantEvent(one, filter)).toReversed()
      const ofEvent = ({ seq }: StoredEvent) => given.deliveries.filter((one) => one.seq === seq && isMeantDelivery(one, filter))
      const isAnyDeliveryMeant = isMeantDelivery(
        { id: 0, seq: 0, destination: '', status: '', code: '', identified: null },
        filter,
      )
      const events = newestFirst.filter((one) => isAnyDeliveryMeant || ofEvent(one).length > 0)
      await readSnapshot(database, async (session) => {
        expect(await everyPage((page) => eventsPage(session, filter, page), limit)).toEqual(events.map(({ seq }) => seq))
        expect(await everyPage((page) => deliveriesPage(session, filter, page), limit)).toEqual(
          newestFirst.flatMap((one) =>
            ofEvent(one)
              .map(({ id }) => id)
              .toReversed(),
          ),
        )
      })
    }),
    { numRuns: 200 },
  )
})

test('nothing that was received in a time is outside of its range', async () => {
  const times = fc.record({ since: time, until: time }, { requiredKeys: [] })
  await fc.assert(
    fc.asyncProperty(stored, fc.array(times, { minLength: 10, maxLength: 20 }), async ({ events }, all) => {
      await fill({ events, deliveries: [] })
      for (const one of all) {
        const { low, high } = await timeRange(database, one)
        const meant = events.filter((each) => isMeantEvent(each, one))
        expect(meant.filter(({ seq }) => seq < low || seq >= high)).toEqual([])
      }
    }),
    { numRuns: 200 },
  )
})

const count = 60_000
/** Looked at for one page of what an index holds in order, and to find which indexes do. */
const fewRows = 2_500
/** Each of 20,000 events with its two deliveries, in the order of an index. */
const boundedRows = 20_000 * 4 + fewRows
const exact: readonly DeliveryFilter[] = [
  {},
  { type: 'purchase.created' },
  { type: 'connection.unauthenticated' },
  { retailer: 'rare' },
  { retailer: 'nowhere', since: 1 },
  { type: 'purchase.created', retailer: 'retailer-3' },
  { purchase: '7' },
  { customer: 'customer-5', status: 'delivered' },
  { connection: 'connection-5', since: 1 },
  { person },
  { status: 'dead' },
  { status: 'dead', destination: 'two', code: 'ERR_RARE' },
  { status: 'dead', retailer: 'rare' },
  { status: 'dead', until: 5 },
  { status: 'skipped' },
  { status: 'skipped', destination: 'two' },
  { status: 'pending', destination: 'two' },
  { status: 'pending', retailer: 'rare' },
  { status: 'delivered' },
  { destination: 'nowhere' },
  { identified: true },
]
const bounded: readonly DeliveryFilter[] = [
  { status: 'dead', destination: 'one', type: 'connection.unauthenticated', since: 1 },
  { status: 'skipped', destination: 'one', retailer: 'retailer-29' },
  { status: 'delivered', destination: 'two', type: 'purchase.created' },
  { code: 'ERR_RARE' },
  { code: 'ERR_RARE', retailer: 'retailer-3' },
  { since: 100 * hour, until: 101 * hour },
]

/** Oldest first: a few of everything that is rare; then `one` is mostly skipped, and `two` is delivered. */
async function fillMany(): Promise<void> {
  await database.run('DELETE FROM relay.deliveries; DELETE FROM relay.events')
  await database.run(
    `INSERT INTO relay.events (seq, event_id, idempotency_key, type, occurred_at, received_at, order_key, customer_id, connection_id,
       retailer, content_hash, body)
     SELECT n, n, 'purchase.created:' || n, CASE WHEN n <= 3 THEN 'connection.unauthenticated' ELSE 'purchase.created' END, '', n * 60000, '',
       'customer-' || n % 6000, 'connection-' || n % 6000, CASE WHEN n <= 3 THEN 'rare' ELSE 'retailer-' || n % 10 END, '', '{}'
     FROM generate_series(1, $1::bigint) n`,
    count,
  )
  await database.run(
    `INSERT INTO relay.deliveries (event_seq, destination, status, due_at, pending_since, error_code, is_identified)
     SELECT n, name, status, 0, 0, CASE WHEN status <> 'dead' THEN NULL WHEN n <= 5 THEN 'ERR_RARE' ELSE 'ERR_NO_IDENTIFIER' END,
       CASE WHEN status = 'dead' THEN CASE WHEN n % 100 = 1 THEN 1 ELSE 0 END END
     FROM generate_series(1, $1::bigint) n CROSS JOIN (VALUES ('one'), ('two')) AS d (name) CROSS JOIN LATERAL (
       SELECT CASE WHEN n <= 5 OR n % 50 = 1 THEN 'dead' WHEN name = 'one' AND n < 50000 OR n BETWEEN 6 AND 10 THEN 'skipped'
         WHEN n BETWEEN 11 AND 300 THEN 'pending' ELSE 'delivered' END AS status) s`,
    count,
  )
}

async function rowsLookedAt(filter: DeliveryFilter): Promise<number> {
  return readSnapshot(database, async (session) => {
    const counting = countingSession(session)
    await searchDeliveries(counting.session, filter, { limit: 50 })
    return counting.rowsLookedAt()
  })
}

test('a page looks at few rows where an index holds what is looked for, else at a bounded number, and so do all after it', async () => {
  await fillMany()
  // Before PostgreSQL knows anything of what is stored, and when it does.
  for (const prepare of [async () => 0, () => database.run('ANALYZE')]) {
    await prepare()
    for (const filter of exact) expect({ filter, isFew: (await rowsLookedAt(filter)) < fewRows }).toEqual({ filter, isFew: true })
    for (const filter of bounded) {
      expect({ filter, isBounded: (await rowsLookedAt(filter)) < boundedRows }).toEqual({ filter, isBounded: true })
    }
  }
  const rare = await everyPage((page) => readSnapshot(database, (session) => eventsPage(session, { code: 'ERR_RARE' }, page)), 2)
  expect(rare).toEqual([5, 4, 3, 2, 1])
})
