import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { PostgresDatabases } from '../../../test/support/postgres-databases.ts'
import { postgresDatabases } from '../../../test/support/postgres-databases.ts'
import { systemClock } from '../../clock/clock.ts'
import { forgetConnections } from './forget-connections.ts'
import { openPool } from './open-pool.ts'
import { postgresDatabase } from './postgres-database.ts'

const connections = 100
const events = 60_000

let databases: PostgresDatabases
beforeAll(async () => {
  databases = await postgresDatabases()
})
afterAll(() => databases.stop())

/** How many events the transaction has read so far, also in vain. */
const readEvents = `SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
  WHERE schemaname = 'relay' AND relname = 'events'`

test('what is forgotten of connections is found without reading the events of others', async () => {
  const database = postgresDatabase(openPool({ url: await databases.create() }), systemClock)
  onTestFinished(() => database.close())
  await database.run(
    `INSERT INTO relay.events (event_id, idempotency_key, type, occurred_at, received_at, order_key, connection_id, content_hash, body)
     SELECT n, n, 'purchase.created', '', 0, '', 'connection-' || n, '', '{}' FROM generate_series(1, $1::bigint) n`,
    events,
  )
  for (const table of ['connections (connection_id)', 'connection_history (connection_id, order_key)']) {
    const orderKey = table.includes('order_key') ? ", repeat('0', 20)" : ''
    await database.run(
      `INSERT INTO relay.${table} SELECT 'connection-' || n${orderKey} FROM generate_series($1::bigint - $2 / 2 + 1, $1 + $2 / 2) n`,
      events,
      connections,
    )
  }
  await database.run('ANALYZE')
  const read = await database.transaction(async (session) => {
    const before = (await session.value<number>(readEvents)) ?? 0
    expect(await forgetConnections(session, undefined, 1)).toBeUndefined()
    return ((await session.value<number>(readEvents)) ?? 0) - before
  })
  expect(await database.value('SELECT count(*) FROM relay.connection_history')).toBe(connections / 2)
  expect(read).toBeLessThan(10 * connections)
})
