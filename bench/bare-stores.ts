import type { Server } from 'node:http'
import { parseWebhook } from '@subtotal-connectors/core'
import Database from 'better-sqlite3'
import { systemClock } from '../apps/relay/src/clock/clock.ts'
import { understandWebhook } from '../apps/relay/src/ingest/understand-webhook.ts'
import { openStore } from '../apps/relay/src/store/open-store.ts'
import { createBareServer } from './bare-server.ts'

/** Where every event goes. */
export const destinations: readonly string[] = ['braze', 'klaviyo', 'customerio']

/** What of a webhook a bare server stores. */
export interface Storable {
  readonly id: string
  readonly body: string
}

const schema = `
CREATE TABLE events (seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, received_at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE deliveries (id INTEGER PRIMARY KEY, event_seq INTEGER NOT NULL, destination TEXT NOT NULL, due_at INTEGER NOT NULL) STRICT;
CREATE INDEX deliveries_due ON deliveries (destination, due_at);`

/** Stores nothing. */
export function createForgetfulServer(secret: string): Server {
  return createBareServer(secret, readEvent, (events) => events.map((event) => event.id))
}

/**
 * The least that keeps the relay's first promise: one event and three deliveries in a synced commit that a group shares, without versions,
 * history of connections, look-ups and counts.
 */
export function createFourRowsServer(secret: string, path: string): Server {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(schema)
  const insertEvent = database.prepare('INSERT OR IGNORE INTO events (event_id, received_at, body) VALUES (?, ?, ?)')
  const insertDelivery = database.prepare('INSERT INTO deliveries (event_seq, destination, due_at) VALUES (?, ?, ?)')
  const store = database.transaction((group: readonly Storable[], now: number) => {
    for (const { id, body } of group) {
      const { lastInsertRowid, changes } = insertEvent.run(id, now, body)
      if (changes > 0) for (const destination of destinations) insertDelivery.run(lastInsertRowid, destination, now)
    }
  }).immediate
  return createBareServer(secret, readStorable, (group) => {
    store(group, Date.now())
    return group.map(({ id }) => id)
  })
}

/** Stores what the relay stores of a webhook, in a synced commit that a group shares, without a thread for the store. */
export async function createSameRowsServer(secret: string, url: string): Promise<Server> {
  const store = await openStore(url, systemClock)
  return createBareServer(
    secret,
    (body, signedAt) => understandWebhook(body, { receivedAt: Date.now(), signedAt: signedAt.getTime() }),
    async (events) => (await store.ingest({ events, destinations })).map(({ eventId }) => eventId),
  )
}

/** The event that a webhook tells of, as JSON. */
export function readStorable(body: Buffer, signedAt: Date): Storable | null {
  const event = readEvent(body, signedAt)
  return event === null ? null : { id: event.id, body: JSON.stringify(event) }
}

function readEvent(body: Buffer, signedAt: Date): ReturnType<typeof parseWebhook> {
  return parseWebhook(body, { receivedAt: new Date(), signedAt })
}
