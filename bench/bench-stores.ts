import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { systemClock } from '../apps/relay/src/clock/clock.ts'
import { openPool } from '../apps/relay/src/store/postgres/open-pool.ts'
import { postgresDatabase } from '../apps/relay/src/store/postgres/postgres-database.ts'
import { startPostgres } from '../apps/relay/test/support/postgres-server.ts'
import { cpuOfFamily, parentOf } from './process-cpu.ts'

/** The stores that a relay can keep its events in. */
export type StoreKind = 'sqlite' | 'postgres'

/** Makes stores of one kind, for a bench alone. */
export interface BenchStores {
  /** As it is called in a table. */
  readonly name: string
  /** Before the names of tables: `relay.`, or nothing. */
  readonly schema: string
  /** The URL of a store that is not made yet, or empty. */
  create(): Promise<string>
  /** The URL of a copy of one that nobody has open. */
  copy(url: string): Promise<string>
  remove(url: string): Promise<void>
  /** Runs a statement of the kind's own SQL in a store, as long as it takes. */
  run(url: string, sql: string): Promise<void>
  /** The number that a query finds. */
  number(url: string, sql: string): Promise<number>
  sizeMebibytes(url: string): Promise<number>
  /** CPU time of the database so far, in microseconds; 0: it has no process of its own. */
  cpu(): number
  /** Removes all of them. */
  stop(): Promise<void>
}

/** SQLite's in a temporary folder; PostgreSQL's on a server of their own, which syncs every commit. */
export function startStores(kind: StoreKind): Promise<BenchStores> {
  return kind === 'sqlite' ? sqliteStores() : postgresStores()
}

async function sqliteStores(): Promise<BenchStores> {
  const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'bench-store-'))
  let made = 0
  const create = async (): Promise<string> => {
    made += 1
    return `sqlite:${join(folder, `${made}.db`)}`
  }
  const open = (url: string): Database.Database => new Database(pathOf(url))
  return {
    name: 'SQLite',
    schema: '',
    create,
    async copy(url) {
      const copied = await create()
      copyFileSync(pathOf(url), pathOf(copied))
      return copied
    },
    async remove(url) {
      for (const ending of ['', '-wal', '-shm', '.lock', '.reserve']) rmSync(`${pathOf(url)}${ending}`, { force: true })
    },
    async run(url, sql) {
      const database = open(url)
      database.exec(sql)
      database.close()
    },
    async number(url, sql) {
      const database = open(url)
      const found = database.prepare(sql).pluck().get()
      database.close()
      return Number(found)
    },
    sizeMebibytes: async (url) => (existsSync(pathOf(url)) ? statSync(pathOf(url)).size / 2 ** 20 : 0),
    cpu: () => 0,
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** With room for what a small server of its own would have. */
const settings = ['shared_buffers=512MB', 'max_wal_size=4GB']

async function postgresStores(): Promise<BenchStores> {
  const server = await startPostgres({ isDurable: true, settings })
  const open = (url: string) => postgresDatabase(openPool({ url, size: 1 }), systemClock)
  const admin = open(server.url)
  const postmaster = parentOf((await admin.value<number>('SELECT pg_backend_pid()')) ?? 0)
  let made = 0

  async function create(template = 'template1'): Promise<string> {
    made += 1
    const url = new URL(server.url)
    url.pathname = `/bench_${made}`
    await admin.maintain(`CREATE DATABASE bench_${made} TEMPLATE ${template}`)
    return url.href
  }

  async function opened<Result>(url: string, work: (database: ReturnType<typeof open>) => Promise<Result>): Promise<Result> {
    const database = open(url)
    try {
      return await work(database)
    } finally {
      await database.close()
    }
  }

  return {
    name: 'PostgreSQL',
    schema: 'relay.',
    create: () => create(),
    copy: (url) => create(databaseOf(url)),
    async remove(url) {
      await admin.maintain(`DROP DATABASE IF EXISTS ${databaseOf(url)} WITH (FORCE)`)
    },
    async run(url, sql) {
      await opened(url, (database) => database.maintain(sql))
    },
    number: (url, sql) => opened(url, async (database) => Number(await database.value(sql))),
    sizeMebibytes: async (url) => Number(await admin.value('SELECT pg_database_size($1)', databaseOf(url))) / 2 ** 20,
    cpu: () => cpuOfFamily(postmaster),
    async stop() {
      await admin.close()
      await server.stop()
    },
  }
}

function pathOf(url: string): string {
  return url.replace(/^sqlite:/, '')
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1)
}
