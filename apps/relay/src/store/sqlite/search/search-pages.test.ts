import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/temporary-folder.ts'
import type { FoundPage } from '../../common/found.ts'
import type { DeliveryFilter, EventSearch, PageRequest } from '../../records.ts'
import { deliveryStatuses } from '../../records.ts'
import { openDatabase } from '../open-database.ts'
import { searchDeliveries } from './search-deliveries.ts'
import { searchEvents } from './search-events.ts'

const hour = 3_600_000
const types = ['a', 'b'] as const
const retailers = [null, 'target', 'walmart'] as const
const names = ['one', 'two', 'three'] as const
const codes = [null, 'ERR_REJECTED', 'ERR_TIMEOUT'] as const

interface StoredDelivery {
  readonly destination: string
  readonly status: string
  readonly code: string | null
  /** Made by a later replay. */
  readonly isLate: boolean
}

interface StoredEvent {
  readonly type: string
  readonly retailer: string | null
  readonly connection: string
  readonly afterMs: number
  readonly deliveries: readonly StoredDelivery[]
}

const delivery = fc.record({
  destination: fc.constantFrom(...names),
  status: fc.constantFrom(...deliveryStatuses),
  code: fc.constantFrom(...codes),
  isLate: fc.boolean(),
})
const event = fc.record({
  type: fc.constantFrom(...types),
  retailer: fc.constantFrom(...retailers),
  connection: fc.constantFrom('x', 'y'),
  afterMs: fc.integer({ min: -20, max: 30 }).map((hours) => hours * hour),
  deliveries: fc.uniqueArray(delivery, { selector: ({ destination }) => destination, maxLength: 3 }),
})
const time = fc.integer({ min: 0, max: 300 }).map((hours) => hours * hour)
const facets = {
  type: fc.constantFrom(...types, 'c'),
  retailer: fc.constantFrom('target', 'walmart', 'nowhere'),
  connection: fc.constantFrom('x', 'y'),
  status: fc.constantFrom(...deliveryStatuses),
  destination: fc.constantFrom(...names),
  code: fc.constantFrom('ERR_REJECTED', 'ERR_TIMEOUT'),
  since: time,
  until: time,
}
/** With more than three of them hardly anything would match. */
const search = fc
  .tuple(fc.record(facets), fc.subarray(Object.keys(facets), { maxLength: 3 }))
  .map(([all, names]) => Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name))))

interface Row {
  readonly seq: number
  readonly id: number | null
}

function fill(database: Database, events: readonly StoredEvent[]): void {
  const insertEvent = database.prepare(`INSERT INTO events (event_id, idempotency_key, type, occurred_at, received_at, order_key,
    connection_id, retailer, content_hash, body) VALUES (?, ?, ?, '', ?, '', ?, ?, '', '{}')`)
  const insert = database.prepare(
    'INSERT INTO deliveries (event_seq, destination, status, due_at, pending_since, error_code) VALUES (?, ?, ?, 0, 0, ?)',
  )
  database.exec('DELETE FROM events; DELETE FROM deliveries; DELETE FROM delivery_counts')
  let highest = 0
  const late: unknown[][] = []
  for (const [index, { type, retailer, connection, afterMs, deliveries }] of events.entries()) {
    const receivedAt = highest + afterMs
    highest = Math.max(highest, receivedAt)
    const { lastInsertRowid } = insertEvent.run(`e${index}`, `k${index}`, type, receivedAt, connection, retailer)
    for (const { destination, status, code, isLate } of deliveries) {
      const row = [lastInsertRowid, destination, status, code]
      if (isLate) late.push(row)
      else insert.run(...row)
    }
  }
  for (const row of late.toReversed()) insert.run(...row)
  database.exec('INSERT INTO delivery_counts SELECT destination, status, count(*) FROM deliveries GROUP BY 1, 2')
}

/** Every event with each of its deliveries that is meant, the newest event first; looked for without any index. */
function expected(database: Database, filter: DeliveryFilter): readonly Row[] {
  const columns = {
    type: 'e.type =',
    retailer: 'e.retailer =',
    connection: 'e.connection_id =',
    status: 'd.status =',
    destination: 'd.destination =',
    code: 'd.error_code =',
    since: 'e.received_at >=',
    until: 'e.received_at <=',
  }
  const given = Object.entries(filter).filter(([, value]) => value !== undefined)
  const where = given.map(([name]) => `${Object.entries(columns).find(([column]) => column === name)?.[1]} ?`)
  return database
    .prepare<unknown[], Row>(
      `SELECT e.seq, d.id FROM events e NOT INDEXED LEFT JOIN deliveries d ON d.event_seq = e.seq
       WHERE ${['1', ...where].join(' AND ')} ORDER BY e.seq DESC, d.id DESC`,
    )
    .all(...given.map(([, value]) => value))
}

function everyPage(find: (page: PageRequest) => FoundPage, limit: number): readonly number[] {
  const all: number[] = []
  for (let cursor: number | null | undefined; cursor !== null; ) {
    const page: FoundPage = find({ limit, ...(cursor === undefined ? {} : { cursor }) })
    expect(page.positions.length).toBeLessThanOrEqual(limit)
    all.push(...page.positions)
    cursor = page.nextCursor
  }
  return all
}

test('the pages of a search hold everything that matches once, by the newest event first, however late its deliveries were made', () => {
  const { database, lock } = openDatabase(join(temporaryFolder(), 'relay.db'))
  fc.assert(
    fc.property(fc.array(event, { maxLength: 25 }), search, fc.integer({ min: 1, max: 8 }), (events, given, limit) => {
      database.transaction(() => fill(database, events))()
      const filter: DeliveryFilter & EventSearch = given
      const rows = expected(database, filter)
      expect(everyPage((page) => searchEvents(database, filter, page), limit)).toEqual([...new Set(rows.map(({ seq }) => seq))])
      expect(everyPage((page) => searchDeliveries(database, filter, page), limit)).toEqual(rows.flatMap(({ id }) => id ?? []))
    }),
    { numRuns: 300 },
  )
  database.close()
  lock.release()
})
