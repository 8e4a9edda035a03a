import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { verifyWebhook } from '@subtotal-connectors/core'
import { understandWebhook } from '../apps/relay/src/ingest/understand-webhook.ts'
import type { IncomingEvent, Store } from '../apps/relay/src/store/store.ts'

const destinations = ['braze', 'klaviyo', 'customerio']

interface Waiting {
  readonly event: IncomingEvent
  readonly response: ServerResponse
}

/**
 * A bare `node:http` server that verifies, parses, stores what the relay stores of a webhook in a synced commit shared by what came in
 * meanwhile, and answers. No routes, limits, metrics, log, quarantine, or store thread.
 */
export function createSameServer(store: Store, secret: string): ReturnType<typeof createServer> {
  let waiting: Waiting[] = []

  async function commit(): Promise<void> {
    const group = waiting
    waiting = []
    const outcomes = await store.ingest({ events: group.map(({ event }) => event), destinations })
    for (const [index, { response }] of group.entries()) answer(response, outcomes[index]?.eventId ?? null)
  }

  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const { timestamp } = verifyWebhook({ body, headers: request.headers, secrets: [secret] })
      const event = understandWebhook(body, { receivedAt: Date.now(), signedAt: timestamp.getTime() })
      if (event === null) return answer(response, null)
      waiting.push({ event, response })
      if (waiting.length === 1) setImmediate(() => void commit())
    })
  })
}

function answer(response: ServerResponse, id: string | null): void {
  const text = JSON.stringify({ id, result: 'stored' })
  response.writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
