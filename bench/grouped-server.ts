import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { parseWebhook, verifyWebhook } from '@subtotal-connectors/core'
import Database from 'better-sqlite3'

const destinations = ['braze', 'klaviyo', 'customerio']

const schema = `
CREATE TABLE events (seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, received_at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE deliveries (id INTEGER PRIMARY KEY, event_seq INTEGER NOT NULL, destination TEXT NOT NULL, due_at INTEGER NOT NULL) STRICT;
CREATE INDEX deliveries_due ON deliveries (destination, due_at);`

interface Waiting {
  readonly id: string
  readonly body: string
  readonly response: ServerResponse
}

/**
 * The least that keeps the relay's first promise: a bare `node:http` server that verifies, parses, stores one event and three deliveries
 * in a synced commit shared by what came in meanwhile, and answers. No routes, metrics, quarantine, versions or history of connections.
 */
export function createGroupedServer(path: string, secret: string): ReturnType<typeof createServer> {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(schema)
  const insertEvent = database.prepare('INSERT OR IGNORE INTO events (event_id, received_at, body) VALUES (?, ?, ?)')
  const insertDelivery = database.prepare('INSERT INTO deliveries (event_seq, destination, due_at) VALUES (?, ?, ?)')
  const store = database.transaction((group: readonly Waiting[], now: number) => {
    for (const { id, body } of group) {
      const { lastInsertRowid, changes } = insertEvent.run(id, now, body)
      if (changes > 0) for (const destination of destinations) insertDelivery.run(lastInsertRowid, destination, now)
    }
  }).immediate

  let waiting: Waiting[] = []
  function commit(): void {
    const group = waiting
    waiting = []
    store(group, Date.now())
    for (const { id, response } of group) answer(response, id)
  }

  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const { timestamp } = verifyWebhook({ body, headers: request.headers, secrets: [secret] })
      const event = parseWebhook(body, { receivedAt: new Date(), signedAt: timestamp })
      if (event === null) return answer(response, null)
      waiting.push({ id: event.id, body: JSON.stringify(event), response })
      if (waiting.length === 1) setImmediate(commit)
    })
  })
}

function answer(response: ServerResponse, id: string | null): void {
  const text = JSON.stringify({ id, result: 'stored' })
  response.writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
