import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Clock, Timer } from '../../clock/clock.ts'
import type { LanePause } from '../store.ts'
import type { SharedLane, StoreNews, StoreSharing } from '../store-sharing.ts'
import type { LaneRow } from './lane-states.ts'
import { readLaneState, writeLaneState } from './lane-states.ts'
import type { ListenConnection } from './listen-connection.ts'
import { listenConnection } from './listen-connection.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { sharedAlerts } from './shared-alerts.ts'

/** How relays of one database hear of each other. */
export interface SharingOptions {
  readonly database: PostgresDatabase
  /** Where to listen; `null`: nowhere, each relay only looks for itself. */
  readonly listenUrl: string | null
  readonly clock: Clock
  /** Whose time counts; see `PostgresStoreSettings`. */
  readonly time: 'database' | 'caller'
}

const channel = 'subtotal_relay'
const gatherMs = 50
const echoEveryMs = 15_000
const estimateMs = 60_000

const messageSchema = z.object({
  from: z.string(),
  news: z.union([
    z.object({ kind: z.literal('due'), destination: z.string() }),
    z.object({ kind: z.literal('lane'), destination: z.string() }),
    z.object({ kind: z.literal('work') }),
    z.object({ kind: z.literal('echo') }),
  ]),
})

/** What relays of one database have in common beside it, and how it ends. */
export function postgresSharing(options: SharingOptions): StoreSharing & { close(): Promise<void> } {
  const { database, listenUrl, clock, time } = options
  const self = randomUUID()
  const listeners = new Set<(news: StoreNews) => void>()
  const untold = new Set<string>()
  let telling: Timer | undefined
  let heardAt = Number.NEGATIVE_INFINITY
  let estimate = { ahead: clock.now() - clock.elapsed(), tookMs: Number.POSITIVE_INFINITY, at: 0 }

  /**
   * The database's time is that of the middle of the call, and may be off by half of it: so the quickest call of the last minute tells it
   * best.
   */
  async function timed<Row extends { readonly now: number } | undefined>(ask: () => Promise<Row>): Promise<Row> {
    const begun = clock.elapsed()
    const row = await ask()
    const at = clock.elapsed()
    const isBetter = at - begun <= estimate.tookMs || at - estimate.at > estimateMs
    if (row !== undefined && isBetter) estimate = { ahead: row.now - (begun + at) / 2, tookMs: at - begun, at }
    return row
  }

  function hear(payload: string): void {
    const message = parseMessage(payload)
    if (message === undefined) return
    const { from, news } = message
    if (from === self) heardAt = clock.elapsed()
    else if (news.kind !== 'echo') for (const listener of listeners) listener(news)
  }

  function notify(news: StoreNews | { readonly kind: 'echo' }): void {
    untold.add(JSON.stringify({ from: self, news }))
    telling ??= clock.setTimeout(() => void flush(), gatherMs)
  }

  async function flush(): Promise<void> {
    telling = undefined
    const messages = [...untold]
    untold.clear()
    await database
      .run('SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message', channel, messages)
      .catch(() => undefined)
  }

  let listening: ListenConnection | undefined
  let echo: Timer | undefined

  function echoAgain(): void {
    notify({ kind: 'echo' })
    echo = clock.setTimeout(echoAgain, echoEveryMs)
  }

  if (listenUrl !== null) {
    listening = listenConnection({ url: listenUrl, channel, clock, onMessage: hear })
    echoAgain()
  }

  return {
    ...sharedAlerts(database, self, () => (time === 'caller' ? clock.now() : null)),
    now: () => (time === 'caller' ? clock.now() : estimate.ahead + clock.elapsed()),
    readLane: async (destination) => toLane(destination, await timed(() => readLaneState(database, destination))),
    async writeLane(destination, change) {
      const written = await timed(() => writeLaneState(database, destination, change))
      return written?.version
    },
    tell: notify,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    isHearing: () => clock.elapsed() - heardAt < 2 * echoEveryMs,
    async close() {
      echo?.cancel()
      telling?.cancel()
      await Promise.all([untold.size > 0 ? flush() : undefined, listening?.close()])
    },
  }
}

function toLane(destination: string, row: LaneRow | undefined): SharedLane {
  if (row === undefined) return { version: 0, state: null, pause: null }
  return { version: row.version ?? 0, state: row.state, pause: toPause(destination, row) }
}

function toPause(destination: string, { paused_at: pausedAt, reason }: LaneRow): LanePause | null {
  return pausedAt === null || reason === null ? null : { destination, pausedAt, reason }
}

function parseMessage(payload: string): z.infer<typeof messageSchema> | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(payload)).data
  } catch {
    return undefined
  }
}
