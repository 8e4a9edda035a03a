import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PostgresDatabases } from '../../../test/support/postgres-databases.ts'
import { postgresDatabases } from '../../../test/support/postgres-databases.ts'
import { systemClock } from '../../clock/clock.ts'
import type { Store } from '../store.ts'
import { registerOrdered } from './customer-order.ts'
import { openPool } from './open-pool.ts'
import { postgresClaims } from './postgres-claims.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { postgresDatabase } from './postgres-database.ts'
import type { SqlSession } from './sql-session.ts'
import { storeContext } from './store-context.ts'

const settled = 10_000
const backlog = 10_000
const now = 1_000

let databases: PostgresDatabases | undefined
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases?.stop())

type Claims = Pick<Store, 'claim' | 'renew' | 'settle' | 'nextDueAt'>

/** What runs all the time, on a database of its own whose statistics are gathered when the test says so. */
async function open(ordered: readonly string[] = []) {
  const url = (await databases?.create()) ?? ''
  const database = postgresDatabase(openPool({ url }), systemClock)
  for (const table of ['deliveries', 'events']) await database.run(`ALTER TABLE relay.${table} SET (autovacuum_enabled = false)`)
  await registerOrdered(database, ordered)
  let looked = 0

  async function counted<Session extends SqlSession, Result>(
    session: Session,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    const before = (await session.value<number>(readRows)) ?? 0
    const result = await work(session)
    looked += ((await session.value<number>(readRows)) ?? 0) - before
    return result
  }

  const counting: PostgresDatabase = {
    ...database,
    row: (sql, ...values) => database.transaction((session) => counted(session, (one) => one.row(sql, ...values))),
    transaction: (work, options) => database.transaction((session) => counted(session, work), options),
  }
  const claims: Claims = postgresClaims(await storeContext(counting, { time: 'caller' }), systemClock)
  return { database, claims, looked: () => looked }
}

/** What the connection has read of tables lately, also in vain. */
const readRows = `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
  WHERE schemaname = 'relay' AND relname IN ('events', 'deliveries')`

/** Events with a delivery each, one in ten a profile, every customer with two of them. */
async function add(database: PostgresDatabase, count: number, status: 'pending' | 'delivered'): Promise<void> {
  await database.run(
    `WITH stored AS (
       INSERT INTO relay.events (event_id, idempotency_key, type, occurred_at, received_at, order_key, customer_id, connection_id, content_hash, body)
       SELECT gen_random_uuid(), gen_random_uuid(), CASE WHEN n % 10 = 0 THEN 'profile.updated' ELSE 'purchase.created' END, '', 0,
         lpad(n::text, 9, '0'), 'customer-' || n / 2, 'connection-' || n / 2, '', '{}' FROM generate_series(1, $1::bigint) n RETURNING seq)
     INSERT INTO relay.deliveries (event_seq, destination, status, due_at, pending_since) SELECT seq, 'one', $2::text, 0, 0 FROM stored`,
    count,
    status,
  )
}

const gather = (database: PostgresDatabase): Promise<number> => database.run('ANALYZE')
const settleAll = (database: PostgresDatabase): Promise<number> =>
  database.run("UPDATE relay.deliveries SET status = 'delivered', ordering_group = NULL")

/** What PostgreSQL may believe of the table when a backlog has come. */
const beliefs: Readonly<Record<string, (database: PostgresDatabase) => Promise<void>>> = {
  'nothing is known': (database) => add(database, settled, 'delivered'),
  'it is empty': async (database) => {
    await gather(database)
    await add(database, settled, 'delivered')
  },
  'nothing waits': async (database) => {
    await add(database, settled, 'delivered')
    await gather(database)
  },
  'a few wait': async (database) => {
    await add(database, settled, 'delivered')
    await add(database, 500, 'pending')
    await gather(database)
  },
  'nearly all wait': async (database) => {
    await add(database, settled, 'pending')
    await gather(database)
    await settleAll(database)
  },
}

async function deliver(claims: Claims, limit: number): Promise<number> {
  const lease = { leaseToken: 'token', leaseUntil: now + 60_000, now }
  const { deliveries, superseded } = await claims.claim({ ...lease, destination: 'one', limit, maxBytes: 1e9 })
  await claims.renew({ ...lease, deliveryIds: deliveries.map(({ id }) => id) })
  const settlements = deliveries.map(({ id }) => ({ deliveryId: id, verdict: { status: 'delivered' as const } }))
  await claims.settle({ ...lease, settlements })
  await claims.nextDueAt('one', now)
  return deliveries.length + superseded.length
}

for (const [belief, prepare] of Object.entries(beliefs)) {
  for (const ordered of [[], ['one']]) {
    const order = ordered.length === 0 ? '' : ', in order'
    test(`claims, renewals and settlements look at the rows of their batch while PostgreSQL believes that ${belief}${order}`, async () => {
      const { database, claims, looked } = await open(ordered)
      await prepare(database)
      await add(database, backlog, 'pending')
      for (let steps = 0; ordered.length > 0 && steps < 15; steps += 1) await deliver(claims, 1)
      for (const limit of [75, 1_000]) {
        const before = looked()
        const claimed = await deliver(claims, limit)
        expect(claimed).toBeGreaterThan(limit / 4)
        expect((looked() - before) / limit).toBeLessThan(15)
      }
      await database.close()
    })
  }
}
