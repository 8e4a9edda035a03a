import pg from 'pg'
import { errorCodeOf } from '../../../src/observability/error-code-of.ts'
import { openPool } from '../../../src/store/postgres/open-pool.ts'
import type { PostgresServer } from '../../support/postgres-server.ts'
import { startPostgres } from '../../support/postgres-server.ts'
import type { ChaosStore, ChaosStores, PostgresParts } from './chaos-store.ts'

/** How stores are made. */
export interface PostgresStoresOptions {
  /** Shorter leases than the relay's, so that what a dead relay held is taken over sooner. */
  readonly leaseMs?: number
}

const relays = 3
const connections = '5'
const pageRows = 10_000
const deadlock = '40P01'
const mostTries = 20

/** Databases on one server that syncs what is committed. It is started when the first is made. */
export function postgresStores({ leaseMs }: PostgresStoresOptions = {}): ChaosStores {
  let starting: Promise<PostgresServer> | undefined
  let count = 0

  function start(): Promise<PostgresServer> {
    starting ??= startPostgres({ isDurable: true })
    return starting
  }

  return {
    kind: 'postgres',
    async version() {
      const client = new pg.Client({ connectionString: (await start()).url })
      await client.connect()
      const { rows } = await client.query<{ readonly server_version: string }>('SHOW server_version')
      await client.end()
      return `PostgreSQL ${rows[0]?.server_version ?? 'unknown'}`
    },
    async create(folder) {
      const server = await start()
      count += 1
      const name = `chaos_${count}`
      await administer(server.url, [
        `CREATE ROLE ${name} LOGIN PASSWORD '${name}' IN ROLE pg_read_all_stats`,
        `CREATE DATABASE ${name} OWNER ${name}`,
      ])
      const admin = new URL(server.url)
      admin.pathname = `/${name}`
      const own = new URL(admin)
      own.username = name
      own.password = name
      const adminUrl = admin.href
      const parts: PostgresParts = {
        url: own.href,
        adminUrl,
        user: name,
        server,
        administer: (...sql) => administer(adminUrl, sql),
      }
      return postgresStore(folder, parts, leaseMs)
    },
    async stop() {
      await (await starting)?.stop()
    },
  }
}

function postgresStore(folder: string, postgres: PostgresParts, leaseMs: number | undefined): ChaosStore {
  return {
    kind: 'postgres',
    folder,
    env: { RELAY_STORE: postgres.url, RELAY_STORE_CONNECTIONS: connections },
    relays,
    postgres,
    ...(leaseMs === undefined ? {} : { leaseMs }),
    async each<Row>(sql: string, take: (row: Row) => void) {
      const pool = openPool({ url: postgres.adminUrl, size: 1 })
      const client = await pool.connect()
      try {
        await client.query('BEGIN; SET LOCAL search_path TO relay')
        await client.query(`DECLARE page NO SCROLL CURSOR FOR ${sql}`)
        for (let size = pageRows; size === pageRows; ) {
          const { rows } = await client.query<Row & pg.QueryResultRow>(`FETCH ${pageRows} FROM page`)
          for (const row of rows) take(row)
          size = rows.length
        }
        await client.query('COMMIT')
      } finally {
        client.release(true)
        await pool.end()
      }
    },
  }
}

async function administer(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    for (const sql of statements) await insist(client, sql)
  } finally {
    await client.end()
  }
}

/** What changes tables that relays are at may be chosen to end a deadlock. */
async function insist(client: pg.Client, sql: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.query(sql)
      return
    } catch (error) {
      if (tries === mostTries || errorCodeOf(error) !== deadlock) throw error
    }
  }
}
