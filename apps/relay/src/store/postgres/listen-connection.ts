import pg from 'pg'
import type { Clock, Timer } from '../../clock/clock.ts'

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

/** Listens from now on. What was notified while there was no connection is not heard. */
export function listenConnection({ url, channel, clock, onMessage }: ListenOptions): ListenConnection {
  let isClosed = false
  let timer: Timer | undefined
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
      timer = clock.setTimeout(connect, retryMs)
    })
    client
      .connect()
      .then(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`))
      .catch(() => client.end().catch(() => undefined))
  }

  connect()
  return {
    async close() {
      isClosed = true
      timer?.cancel()
      await current?.end().catch(() => undefined)
    },
  }
}
