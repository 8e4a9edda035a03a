import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import pg from 'pg'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'

/** A PgBouncer before a PostgreSQL server. */
export interface Pooler {
  /** The same database through it. */
  through(url: string): string
  stop(): Promise<void>
}

/** What may be chosen of a pooler. */
export interface PoolerOptions {
  /** For how long a client has a connection to the server. Default: for a transaction. */
  readonly mode?: 'transaction' | 'statement'
  /** The most connections to one database. Each in turn is given to who comes next. Default 3. */
  readonly size?: number
}

const places = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer']
/** `nobody`: as root it does not run. */
const otherUser = 65_534
const mostTries = 100
const againMs = 50

/** What to do where there is no PgBouncer. */
export const poolerAdvice = 'PgBouncer was not found: install it with "apt-get install pgbouncer", or set PGBOUNCER_PATH'

/** Where PgBouncer is on this machine; `undefined`: nowhere. */
export function findPooler(): string | undefined {
  return findProgram([process.env['PGBOUNCER_PATH'] ?? '', ...places])
}

/** Starts a PgBouncer on a free port. */
export async function startPooler(program: string, serverUrl: string, options: PoolerOptions = {}): Promise<Pooler> {
  const { mode = 'transaction', size = 3 } = options
  const { hostname, port, username, password } = new URL(serverUrl)
  const folder = mkdtempSync(join(tmpdir(), 'relay-pooler-'))
  const file = join(folder, 'pgbouncer.ini')
  const ownPort = await freePort()
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: ownPort,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: mode,
    default_pool_size: size,
    server_round_robin: 1,
    server_login_retry: 1,
    max_client_conn: 200,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const server = `host=${hostname} port=${port} user=${username} password=${password}`
  writeFileSync(file, ['[databases]', `* = ${server}`, '[pgbouncer]', ...lines, ''].join('\n'))
  // Its own user reads it.
  chmodSync(folder, 0o755)
  chmodSync(file, 0o644)
  const asOther = userInfo().uid === 0 ? { uid: otherUser, gid: otherUser } : {}
  const child = spawn(program, ['--quiet', file], { stdio: 'ignore', ...asOther })
  const exited = once(child, 'exit')
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)

  function through(url: string): string {
    return Object.assign(new URL(url), { port: String(ownPort) }).href
  }

  async function stop(): Promise<void> {
    process.off('exit', end)
    end()
    await exited
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    await untilAnswering(child, through(serverUrl))
    return { through, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function untilAnswering(child: ChildProcess, url: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return await client.end()
    } catch (error) {
      if (tries === mostTries || child.exitCode !== null) throw error
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }
}
