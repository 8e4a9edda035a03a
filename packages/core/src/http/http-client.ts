import type http from 'node:http'
import got, { type Got, RequestError, TimeoutError } from 'got'
import type { DestinationResponse } from '../connector/connector-definition.ts'
import { createAgents } from './create-agents.ts'

const maxResponseBytes = 1_048_576
const maxRedirects = 3
const defaultTimeoutMs = 20_000

/** What {@link createHttpClient} needs. */
export interface HttpClientOptions {
  /** Scheme, host and port. */
  readonly origin: string
  /** Sent with every request, credentials among them. */
  readonly headers: Readonly<Record<string, string>>
  /** Requests in flight, and so sockets. */
  readonly maxSockets: number
  /** From the start of a request to the end of its answer, in milliseconds. Default 20 s. */
  readonly timeoutMs?: number
  /** Whether a redirect may be followed with the same body and headers. */
  mayFollowRedirect?(url: URL): boolean
}

/** A request that got no answer, or none that could be read to its end. */
export interface NoAnswer {
  readonly kind: 'no_answer'
  readonly reason: 'timeout' | 'network' | 'aborted'
  /** The system's name of the failure: `ECONNREFUSED`. Never a message, which could hold a URL or a key. */
  readonly cause: string
  /** Whether any part of the body had gone out. */
  readonly mayHaveArrived: boolean
}

/** An answer that came at least as far as its headers. */
interface HeardAnswer {
  readonly kind: 'answer'
  readonly response: DestinationResponse
  /** Whether its body came to its end. What is read of a body of more than 1 MiB is not whole. */
  readonly isWhole: boolean
}

/** The answer, or why there is none. */
export type Answer = HeardAnswer | NoAnswer

/** What a request does. */
export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** One connector's connection to its destination. */
export interface HttpClient {
  /** `headers` are this request's own, besides the client's. A method that may have a body needs one, be it `''`. */
  request(
    method: HttpMethod,
    path: string,
    body: string | Uint8Array | undefined,
    signal: AbortSignal | undefined,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
  close(): void
}

/**
 * One got client: no retries, 5 s to connect, 20 s in all, keep-alive, as many sockets as `maxSockets`, `HTTPS_PROXY` and
 * `NO_PROXY` honoured, answers read up to 1 MiB. It never throws for what the network does, and got's errors, which hold
 * headers and body, do not leave it.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const agent = createAgents(options.maxSockets)
  const closing = new AbortController()
  const client = got.extend({
    agent,
    headers: { ...options.headers },
    retry: { limit: 0 },
    timeout: { connect: 5_000, secureConnect: 5_000 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: true,
    cookieJar: undefined,
  })

  return {
    async request(method, path, body, signal, headers) {
      const ended = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
      const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
      let url = new URL(path, options.origin)
      for (let redirects = 0; ; redirects += 1) {
        const answer = await exchange(client, { method, url, body, headers, signal: ended, timeoutMs })
        const target = answer.kind === 'answer' ? redirectTarget(answer.response, url) : undefined
        if (target === undefined || redirects === maxRedirects || options.mayFollowRedirect?.(target) !== true) return answer
        url = target
      }
    },
    close() {
      closing.abort()
      agent.http.destroy()
      agent.https.destroy()
    },
  }
}

/** One request without its redirects. */
interface Exchange {
  readonly method: HttpMethod
  readonly url: URL
  readonly body: string | Uint8Array | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

async function exchange(client: Got, { method, url, body, headers: own, signal, timeoutMs }: Exchange): Promise<Answer> {
  if (signal.aborted) return { kind: 'no_answer', reason: 'aborted', cause: 'aborted', mayHaveArrived: false }
  // Got's own timeout of the request fires and does nothing while a proxy keeps the request without a socket.
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  let mayHaveArrived = false
  let head: { status: number; headers: Record<string, string> } | undefined
  const chunks: Uint8Array[] = []
  let receivedBytes = 0
  let isWhole = false
  try {
    const ended = AbortSignal.any([signal, deadline.signal])
    // Given as the option `body` it would go out in pieces of 64 KB, and an answer that overtakes the last of them costs the socket.
    const bytes = typeof body === 'string' ? Buffer.from(body) : body
    const headers = bytes === undefined ? { ...own } : { ...own, 'content-length': String(bytes.length) }
    const stream = client.stream(url, { method, signal: ended, headers })
    // An answer that is complete before got has noted the end of the upload leaves got listening to the signal: an abort long
    // after would be an error that nobody hears.
    stream.on('error', () => {})
    stream.once('request', (request: http.ClientRequest) => {
      onConnected(request, url, () => {
        mayHaveArrived = true
      })
    })
    if (bytes !== undefined) stream.end(bytes)
    stream.on('response', (response: http.IncomingMessage) => {
      head = { status: response.statusCode ?? 0, headers: flatten(response.headers) }
    })
    for await (const chunk of stream) {
      chunks.push(chunk)
      receivedBytes += chunk.length
      if (receivedBytes > maxResponseBytes) break
    }
    isWhole = receivedBytes <= maxResponseBytes
  } catch (error) {
    // An answer that broke off half-way still has its status.
    if (head === undefined) return noAnswer(error, signal, deadline.signal, mayHaveArrived)
  } finally {
    clearTimeout(timer)
  }
  if (head === undefined) return { kind: 'no_answer', reason: 'network', cause: 'no response', mayHaveArrived: true }
  const text = Buffer.concat(chunks).subarray(0, maxResponseBytes).toString('utf8')
  return { kind: 'answer', isWhole, response: { ...head, text, json: isWhole ? parseJson(text) : undefined } }
}

/** Until it is connected nothing of a request has gone out. */
function onConnected(request: http.ClientRequest, { protocol }: URL, listener: () => void): void {
  request.once('socket', (socket) => {
    if (request.reusedSocket || !socket.connecting) listener()
    else socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', listener)
  })
}

function noAnswer(error: unknown, signal: AbortSignal, deadline: AbortSignal, mayHaveArrived: boolean): NoAnswer {
  if (signal.aborted) return { kind: 'no_answer', reason: 'aborted', cause: 'aborted', mayHaveArrived }
  if (deadline.aborted) return { kind: 'no_answer', reason: 'timeout', cause: 'request timeout', mayHaveArrived }
  const cause = error instanceof RequestError ? error.code : 'unknown'
  if (error instanceof TimeoutError)
    return { kind: 'no_answer', reason: 'timeout', cause: `${error.event} timeout`, mayHaveArrived }
  return { kind: 'no_answer', reason: 'network', cause: /^[A-Z_0-9]+$/.test(cause) ? cause : 'unknown', mayHaveArrived }
}

function redirectTarget({ status, headers }: DestinationResponse, from: URL): URL | undefined {
  const location = headers['location']
  if (![301, 302, 307, 308].includes(status) || location === undefined || !URL.canParse(location, from.href)) return undefined
  return new URL(location, from)
}

function flatten(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
