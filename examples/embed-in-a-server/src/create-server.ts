import http from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Connector, SubtotalEvent } from '@subtotal-connectors/core'
import { deliverWithRetry, parseWebhook, SubtotalError, verifyWebhook } from '@subtotal-connectors/core'

/** What the server needs. */
export interface ServerOptions {
  readonly connector: Connector
  readonly signingSecret: string
  /** Told what became of each event. */
  readonly log: (line: string) => void
}

/** A server that takes Subtotal's webhooks and delivers each event with one connector, from memory. */
export function createServer({ connector, signingSecret, log }: ServerOptions): http.Server {
  return http.createServer(async (request, response) => {
    try {
      const body = await buffer(request)
      verifyWebhook({ body, headers: request.headers, secrets: [signingSecret] })
      const event = parseWebhook(body)
      // Subtotal waits ten seconds for an answer; a retry may take longer. A crash here loses the event: the relay does not.
      response.writeHead(202).end()
      if (event !== null) await deliver(event)
    } catch (error) {
      if (!SubtotalError.isInstance(error)) throw error
      log(`refused: ${error.code}`)
      response.writeHead(error.code.startsWith('ERR_WEBHOOK') ? 422 : 401).end()
    }
  })

  async function deliver(event: SubtotalEvent): Promise<void> {
    const [result] = await deliverWithRetry(connector, [event])
    log(`${event.type} ${event.id}: ${result?.status}`)
  }
}
