import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request } from 'node:http'

/** A balancer in front of relays. */
export interface RoundRobin {
  readonly url: string
  close(): void
}

/** Gives each request to the next of the relays, and keeps to no session. */
export async function roundRobin(urls: readonly string[]): Promise<RoundRobin> {
  let count = 0

  function pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const target = urls[count % urls.length]
    count += 1
    const { method = 'GET', url = '/', headers } = incoming
    const sent = request(`${target}${url}`, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    sent.on('error', () => answer.destroy())
    incoming.pipe(sent)
  }

  const server = createServer(pass)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
