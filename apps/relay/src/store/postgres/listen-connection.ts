import pg from 'pg'
import type { Clock, Timer } from '../../clock/clock.ts'
import { cutConnection } from './cut-connection.ts'

/** Hears what is notified on a channel, on a connection of its own that is made again whenever it is lost. */
export interface ListenConnection {
  close(): Promise<void>
}

/** What is listened to. */
export interface ListenOptions {
  /** Of the server itself or a pooler that keeps sessions: through one that pools transactions nothing is heard. */
  readonly url: string
  readonly channel: string
  readonly clock: Clock
  readonly onMessage: (payload: string) => void
}

const retryMs = 1_000
const connectMs = 5_000
/** How often the server is asked for an answer, and how long it has for it. */
const askEveryMs = 15_000
/** How long it has to say goodbye. */
const endMs = 1_000

/**
 * Listens from now on. A connection that nothing comes on any more is not told from one on which nothing is notified, unless the server is
 * asked for an answer. What was notified while there was no connection is not heard.
 */
export function listenConnection({ url, channel, clock, onMessage }: ListenOptions): ListenConnection {
  let isClosed = false
  let timer: Timer | undefined
  let asking: Timer | undefined
  let current: pg.Client | undefined

  function connect(): void {
    try {
      open()
    } catch {
      // A file that the URL names is not there now.
      timer = clock.setTimeout(connect, retryMs)
    }
  }

  function open(): void {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'subtotal-relay listener',
      connectionTimeoutMillis: connectMs,
      keepAlive: true,
    })
    current = client
    client.on('notification', ({ payload }) => onMessage(payload ?? ''))
    client.on('error', () => undefined)
    client.on('end', () => {
      if (isClosed || current !== client) return
      asking?.cancel()
      timer = clock.setTimeout(connect, retryMs)
    })
    const hears = client.connect().then(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`))
    hears.catch(() => client.end().catch(() => undefined))
    askOn(client, hears)
  }

  /** Until an answer does not come before the next question: then nothing comes any more. */
  function askOn(client: pg.Client, asked: Promise<unknown>): void {
    let isAnswered = false
    const answered = (): void => {
      isAnswered = true
    }
    asked.then(answered, () => undefined)
    asking = clock.setTimeout(() => {
      if (isAnswered) askOn(client, client.query('SELECT 1'))
      else cutConnection(client)
    }, askEveryMs)
  }

  async function end(client: pg.Client): Promise<void> {
    const late = clock.setTimeout(() => cutConnection(client), endMs)
    await client.end().catch(() => undefined)
    late.cancel()
  }

  connect()
  return {
    async close() {
      isClosed = true
      timer?.cancel()
      asking?.cancel()
      if (current !== undefined) await end(current)
    },
  }
}
