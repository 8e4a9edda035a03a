import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A request that came in. */
export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

/** What answers a request. */
export type Script = (request: ReceivedRequest, response: http.ServerResponse) => void

/** A server on loopback that answers by script and records what came in. */
export interface ScriptedServer {
  readonly url: string
  readonly server: http.Server
  readonly requests: ReceivedRequest[]
  readonly peakSockets: () => number
  readonly close: () => Promise<void>
}

export async function createScriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = []
  const sockets = new Set<Socket>()
  let peak = 0
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => response.destroy())
    request.on('end', () => {
      const received = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        text: Buffer.concat(chunks).toString(),
      }
      requests.push(received)
      script(received, response)
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    peak = Math.max(peak, sockets.size)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    requests,
    peakSockets: () => peak,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
