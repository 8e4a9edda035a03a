import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { verifyWebhook } from '@subtotal-connectors/core'

/** What of a webhook a server keeps until it is stored. `null`: nothing is to be stored. */
type Read<Item> = (body: Buffer, signedAt: Date) => Item | null

/** Stores what came in together; the ids to answer, in order. */
type StoreGroup<Item> = (group: readonly Item[]) => Promise<readonly (string | null)[]> | readonly (string | null)[]

/**
 * A bare `node:http` server that verifies and reads webhooks, stores what came in meanwhile as one group, and answers 202. No routes,
 * limits, metrics, log or quarantine.
 */
export function createBareServer<Item>(secret: string, read: Read<Item>, store: StoreGroup<Item>): Server {
  let waiting: { readonly item: Item; readonly response: ServerResponse }[] = []
  let isCommitting = false

  async function commit(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      const ids = await store(group.map(({ item }) => item))
      for (const [index, { response }] of group.entries()) answer(response, ids[index] ?? null)
    }
    isCommitting = false
  }

  function receive(body: Buffer, headers: IncomingHttpHeaders, response: ServerResponse): void {
    const { timestamp } = verifyWebhook({ body, headers, secrets: [secret] })
    const item = read(body, timestamp)
    if (item === null) {
      answer(response, null)
      return
    }
    waiting.push({ item, response })
    if (isCommitting) return
    isCommitting = true
    setImmediate(() => void commit())
  }

  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => receive(Buffer.concat(chunks), request.headers, response))
  })
}

function answer(response: ServerResponse, id: string | null): void {
  const text = JSON.stringify({ id, result: 'stored' })
  response.writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
