import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../src/clock/clock.ts'
import { migrateDatabase } from '../src/store/postgres/migrate-database.ts'
import { openPool } from '../src/store/postgres/open-pool.ts'
import { postgresDatabase } from '../src/store/postgres/postgres-database.ts'
import { startPostgres } from './support/postgres-server.ts'

const rounds = 6
const relays = 3

test('relays that open an empty database at the same time make its schema once', async () => {
  const server = await startPostgres()
  // Idle connections to other databases: what is told of new tables reaches one after the other.
  const idle = Array.from({ length: 30 }, () => new pg.Client({ connectionString: server.url }))
  onTestFinished(async () => {
    for (const client of idle) await client.end()
    await server.stop()
  })
  for (const client of idle) {
    await client.connect()
    await client.query('SELECT 1')
  }
  for (let round = 0; round < rounds; round += 1) {
    await idle[0]?.query(`CREATE DATABASE empty_${round}`)
    const url = new URL(server.url)
    url.pathname = `/empty_${round}`
    const databases = Array.from({ length: relays }, () => postgresDatabase(openPool({ url: url.href }), systemClock))
    await Promise.all(databases.map((database) => database.value('SELECT 1')))
    await Promise.all(databases.map((database) => migrateDatabase(database)))
    await Promise.all(databases.map((database) => database.close()))
  }
  expect((await idle[0]?.query('SELECT count(*) FROM pg_database WHERE datname LIKE $1', ['empty_%']))?.rows).toEqual([
    { count: String(rounds) },
  ])
})
