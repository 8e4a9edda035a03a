import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request that a receiver of webhooks got. */
export interface ReceivedWebhook {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** A receiver of webhooks that answers as it is told. */
export interface Receiver {
  readonly url: string
  readonly received: ReceivedWebhook[]
  /** How it answers; default 202. */
  answer(how: (response: ServerResponse, received: ReceivedWebhook) => void): void
}

/** Starts one on 127.0.0.1; the test's end stops it. */
export async function startReceiver(): Promise<Receiver> {
  const received: ReceivedWebhook[] = []
  let answer = (response: ServerResponse, _: ReceivedWebhook): void => {
    response.writeHead(202).end()
  }
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const one = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') }
    received.push(one)
    answer(response, one)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/subtotal`,
    received,
    answer(how) {
      answer = how
    },
  }
}
