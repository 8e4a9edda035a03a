import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { ConfigurationError } from '../../config/configuration-error.ts'
import { checkServer } from '../../store/postgres/check-server.ts'
import { cleanupHold } from '../../store/postgres/cleanup-hold.ts'
import { LateClient } from '../../store/postgres/late-client.ts'
import { openInWords } from '../../store/postgres/open-in-words.ts'
import type { SqlSession } from '../../store/postgres/sql-session.ts'
import { sqlSession } from '../../store/postgres/sql-session.ts'
import { examineSchema } from './examine-schema.ts'
import { examineTls } from './examine-tls.ts'
import type { Finding } from './finding.ts'
import { fail, ok, warn } from './finding.ts'

/** What a database is examined for. */
export interface PostgresExamination {
  readonly now: () => number
  /** The ids of the keys that are set. */
  readonly keyIds: readonly string[]
  /** The most connections of a relay. Default 10. */
  readonly connections?: number
  /** Where relays hear of each other: a URL, or `off`. Default: the store's. */
  readonly listen?: string
  /** How long to wait for what is notified. Default 3,000. */
  readonly hearMs?: number
  /** From when on what keeps it from cleaning up is told. Default 300,000. */
  readonly longHoldMs?: number
}

const connectMs = 5_000
const queryMs = 10_000
const noticeableMs = 5_000
const channel = 'subtotal_relay_doctor'

/** A PostgreSQL store: can it be reached and used, and what keeps relays from working together on it. Changes nothing, names no user. */
export async function examinePostgres(url: string, options: PostgresExamination): Promise<readonly Finding[]> {
  const { listen = 'off' } = options
  const tls = [...examineTls(url), ...(listen === 'off' || listen === url ? [] : examineTls(listen, 'RELAY_STORE_LISTEN'))]
  try {
    return await connected(url, async (session) => [
      await examineServer(url, session),
      ...tls,
      ...(await examineSchema(session, options.keyIds)),
      ...(await examinePromises(session)),
      await examineTime(session, options.now),
      await examineRoom(session, options),
      await examineHold(session, options),
      await examineHearing(url, session, options),
    ])
  } catch (error) {
    if (error instanceof ConfigurationError) return [fail('store', error.message), ...tls]
    throw error
  }
}

/** Connects, and disconnects afterwards. What fails is told in words. */
async function connected<Result>(
  url: string,
  work: (session: SqlSession, client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new LateClient({
    connectionString: url,
    application_name: 'subtotal-relay doctor',
    connectionTimeoutMillis: connectMs,
    query_timeout: queryMs,
  })
  client.on('error', () => undefined)
  try {
    return await openInWords(url, async () => {
      await client.connect()
      return work(sqlSession(client), client)
    })
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function examineServer(url: string, session: SqlSession): Promise<Finding> {
  await checkServer(session)
  // A pooler of single statements refuses it.
  await session.run('BEGIN')
  await session.run('COMMIT')
  const version = await session.value<string>("SELECT split_part(current_setting('server_version'), ' ', 1)")
  return ok('store', `PostgreSQL ${version} at ${new URL(url).host} answers and takes writes.`)
}

/** Settings without which what was acknowledged could be lost, or could not be stored. */
async function examinePromises(session: SqlSession): Promise<readonly Finding[]> {
  const row = await session.row<{ readonly fsync: string; readonly encoding: string }>(
    "SELECT current_setting('fsync') AS fsync, current_setting('server_encoding') AS encoding",
  )
  const lost = 'events that were acknowledged can be lost in a crash.'
  return [
    ...(row?.fsync === 'off' ? [fail('store', `fsync is off: ${lost}`, 'Set it to on for the server.')] : []),
    ...(row?.encoding === 'UTF8'
      ? []
      : [fail('store', `The database is encoded as ${row?.encoding}.`, "Make another one: CREATE DATABASE … ENCODING 'UTF8'.")]),
  ]
}

async function examineTime(session: SqlSession, now: () => number): Promise<Finding> {
  const startedAt = now()
  const clock = await session.value<number>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8')
  const offsetMs = (startedAt + now()) / 2 - (clock ?? startedAt)
  if (Math.abs(offsetMs) <= noticeableMs) return ok('store', "Its clock and this machine's agree.")
  return warn(
    'store',
    `The clock of this machine is ${Math.round(Math.abs(offsetMs) / 1_000)} s ${offsetMs > 0 ? 'ahead of' : 'behind'} the database's.`,
    'Let both machines keep their time: timedatectl set-ntp true, or chrony.',
  )
}

/** Of a server, a database and a user, each of which may have a limit. This connection is not counted. */
async function examineRoom(session: SqlSession, { connections = 10, listen }: PostgresExamination): Promise<Finding> {
  const free = await session.value<number>(
    `SELECT least(
       current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
         - coalesce(current_setting('reserved_connections', true), '0')::integer - (SELECT sum(numbackends) FROM pg_stat_database),
       (SELECT nullif(d.datconnlimit, -1) - s.numbackends FROM pg_database d JOIN pg_stat_database s ON s.datid = d.oid
        WHERE d.datname = current_database()),
       (SELECT nullif(r.rolconnlimit, -1) - (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = r.oid)
        FROM pg_roles r WHERE r.rolname = current_user)
     )::integer + 1`,
  )
  const needed = connections + (listen === 'off' ? 0 : 1)
  const message = `${free} connections are free; a relay uses up to ${needed}.`
  if ((free ?? 0) >= needed) return ok('store', message)
  return warn(
    'store',
    `${message} Those of relays that run are not among them.`,
    'Raise max_connections (or the limit of the user or the database), or lower RELAY_STORE_CONNECTIONS.',
  )
}

async function examineHold(session: SqlSession, { longHoldMs = 300_000 }: PostgresExamination): Promise<Finding> {
  const heldBackMs = await cleanupHold(session)()
  if (heldBackMs === null) {
    return warn(
      'store',
      'Whether something keeps PostgreSQL from cleaning up cannot be seen by this user, nor be told by the relay.',
      'GRANT pg_read_all_stats TO the user of RELAY_STORE.',
    )
  }
  if (heldBackMs <= longHoldMs) return ok('store', 'Nothing keeps it from cleaning up.')
  return warn(
    'store',
    `For ${Math.round(heldBackMs / 1_000)} s something has kept it from cleaning up; deliveries get slow.`,
    'End it: see pg_stat_activity (xact_start), pg_prepared_xacts and pg_replication_slots (xmin).',
  )
}

/** Whether what is notified on a connection to the store is heard where relays listen. */
async function examineHearing(
  url: string,
  session: SqlSession,
  { listen = url, hearMs = 3_000 }: PostgresExamination,
): Promise<Finding> {
  if (listen === 'off')
    return ok('store', 'Relays do not listen to each other (RELAY_STORE_LISTEN is off): each looks every second.')
  const name = listen === url ? 'RELAY_STORE' : 'RELAY_STORE_LISTEN'
  try {
    const isHeard = await connected(listen, (_, client) => hear(client, session, hearMs))
    if (isHeard) return ok('store', 'Relays hear of each other.')
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return fail(
      'store',
      `Relays cannot listen to each other. ${error.message}`,
      `Correct ${name}, or set RELAY_STORE_LISTEN=off.`,
    )
  }
  return warn(
    'store',
    `What relays tell each other is not heard through ${name}, as with a pooler of transactions: each looks every second.`,
    "Set RELAY_STORE_LISTEN to the server's own URL, or to off.",
  )
}

async function hear(client: pg.Client, session: SqlSession, hearMs: number): Promise<boolean> {
  const message = randomUUID()
  const { promise, resolve } = Promise.withResolvers<boolean>()
  client.on('notification', ({ payload }) => {
    if (payload === message) resolve(true)
  })
  client.on('end', () => resolve(false))
  await client.query(`LISTEN ${channel}`)
  await session.run('SELECT pg_notify($1, $2)', channel, message)
  const timer = setTimeout(() => resolve(false), hearMs)
  return promise.finally(() => clearTimeout(timer))
}
