import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'

/** What the server saw since the last report. */
export interface ServerReport {
  readonly requests: number
  /** Sockets that carried a request. */
  readonly sockets: number
  /** Bytes of the largest body. */
  readonly largestBody: number
  /** Bytes of all bodies. */
  readonly bytes: number
  /** Purchases in the bodies. */
  readonly events: number
  /** Requests that no vendor of the bench has an endpoint for. */
  readonly strays: number
  /** Processor time of the server, in microseconds. */
  readonly cpuMicros: number
}

/** The vendors' endpoints, and the success that each answers with. */
const answers: readonly { readonly path: RegExp; readonly status: number; readonly body: (events: number) => string }[] = [
  { path: /^\/users\/track$/, status: 201, body: (events) => JSON.stringify({ message: 'success', events_processed: events }) },
  { path: /^\/api\/(event-bulk-create-jobs|events)\/?$/, status: 202, body: () => '' },
  { path: /^\/(v1\/(batch|track)|api\/v2\/(batch|entity))$/, status: 200, body: () => '{}' },
]

/** Each purchase has one of them, once. */
const marks = ['"purchase_id":', '"order_id":'] as const

const sockets = new Set<Socket>()
let seen = { requests: 0, largestBody: 0, bytes: 0, events: 0, strays: 0 }
let cpu = process.cpuUsage()

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  sockets.add(request.socket)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const events = marks.reduce((sum, mark) => sum + count(body, mark), 0)
  const known = answers.find(({ path }) => path.test(request.url ?? ''))
  seen = {
    requests: seen.requests + 1,
    largestBody: Math.max(seen.largestBody, body.length),
    bytes: seen.bytes + body.length,
    events: seen.events + events,
    strays: seen.strays + (known === undefined ? 1 : 0),
  }
  response.writeHead(known?.status ?? 404, { 'content-type': 'application/json' }).end(known?.body(events) ?? '')
}

function count(body: Buffer, mark: string): number {
  let found = 0
  for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, at + mark.length)) found += 1
  return found
}

function report(): ServerReport {
  const { user, system } = process.cpuUsage(cpu)
  const result = { ...seen, sockets: sockets.size, cpuMicros: user + system }
  sockets.clear()
  seen = { requests: 0, largestBody: 0, bytes: 0, events: 0, strays: 0 }
  cpu = process.cpuUsage()
  return result
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => void answer(request, response)).listen(
  0,
  '127.0.0.1',
)
await once(server, 'listening')
process.on('message', () => process.send?.(report()))
process.on('disconnect', () => process.exit(0))
process.send?.(server.address())
