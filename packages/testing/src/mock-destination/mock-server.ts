import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { sendAnswer, sendFailure } from './send-answer.ts'

/** A request that came in whole. */
export interface MockRequest {
  readonly method: string
  /** From the first slash, with the query if there is one. */
  readonly path: string
  /** Lower-case names; a repeated header is joined with `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as UTF-8. */
  readonly text: string
  /** The body parsed; `undefined` when it is not JSON. */
  readonly json: unknown
}

/** What a mock answers. */
export interface MockAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Anything but a string is sent as JSON, a string as it is, `undefined` as an empty body. */
  readonly body?: unknown
}

/** A vendor's verdict on one request. */
export interface Judgement<Accepted> {
  readonly answer: MockAnswer
  /** What the vendor really keeps, whatever it answers. */
  readonly accepted: readonly Accepted[]
}

/**
 * Judges a request as the vendor does. Called once a request, in the order in which the requests were complete.
 *
 * `isRefused` says whether a test wants this item refused, see `refuse` of {@link MockDestination}: refuse it in the vendor's own
 * way, besides what breaks the vendor's rules.
 */
export type Judge<Accepted> = (request: MockRequest, isRefused: (item: unknown) => boolean) => Judgement<Accepted>

/**
 * What happens to a request instead of the ordinary answer. Nothing is accepted, except with `accept_then` and `gzip`, and with
 * `empty` where an empty answer is the vendor's success.
 *
 * - `answer`: this answer, unjudged.
 * - `accept_then`: judged and accepted, then the answer is lost or spoiled.
 * - `reset`: the connection is reset. `hang`: no answer at all.
 * - `html`: 200 with a web page. `empty`: 200 without a body. `garbage`: 200 with bytes that are not JSON though it says so.
 * - `huge`: 200 with 10 MB of valid JSON. `truncated`: the connection closes before the end of the announced body.
 * - `wrong_length`: `Content-Length` is shorter than the body.
 * - `gzip`: the true answer, compressed.
 */
export type Failure =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: unknown
    }
  | { readonly kind: 'accept_then'; readonly failure: 'reset' | 'hang' | 'html' | 'truncated' }
  | { readonly kind: 'reset' | 'hang' | 'html' | 'empty' | 'garbage' | 'huge' | 'truncated' | 'wrong_length' | 'gzip' }

/** A running mock of a vendor. */
export interface MockDestination<Accepted> {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** All that came in, in order. Empty with `keepRequests: false`. */
  readonly requests: readonly MockRequest[]
  /** What the vendor would have kept, in order. Empty with `keepRequests: false`. */
  readonly accepted: readonly Accepted[]
  /**
   * Fails the next `times` requests (default 1; `Infinity`: until `recover()`). Calls add up: the failures of an earlier call
   * come first.
   */
  fail(failure: Failure, options?: { readonly times?: number }): void
  /**
   * From now on every item whose JSON contains this text is refused in the vendor's own way, whatever else the vendor thinks of
   * it. Braze names the item in `errors` and takes the others; Klaviyo answers 400 with a pointer and takes nothing of the
   * request; Customer.io answers 400 without saying which and takes nothing. Texts add up.
   */
  refuse(text: string): void
  /** Forgets every failure still to come and every text to refuse. A request that hangs already goes on hanging. */
  recover(): void
  /** Most sockets open at once. */
  readonly peakSockets: number
  /**
   * Forgets what came in, what was accepted, what the vendor remembers and every text to refuse, and counts `peakSockets` from
   * the sockets open now.
   */
  clear(): void
  /** Ends every connection, also those that hang, and stops listening. */
  close(): Promise<void>
}

/** Options of every mock. */
export interface MockServerOptions<Accepted> {
  /** Default: a free port. */
  readonly port?: number
  /** `false`: `requests` and `accepted` stay empty, so that a long run does not fill the memory. Default `true`. */
  readonly keepRequests?: boolean
  /** Called with each thing accepted. */
  readonly onAccepted?: (accepted: Accepted) => void
}

/** What a mock's author may add to the options. */
export interface JudgeOptions<Accepted> extends MockServerOptions<Accepted> {
  /** Called by `clear()`: forget what the judge remembers. */
  readonly onClear?: () => void
  /**
   * Whether the vendor documents a success without a body, and 200 for it: the failure `empty` is then the vendor's own success,
   * and accepts. Default `false`.
   */
  readonly isEmptySuccess?: boolean
}

interface PlannedFailure {
  readonly failure: Failure
  timesLeft: number
}

/** Starts a real HTTP server on 127.0.0.1 that judges requests as a vendor does, records them, and fails when told to. */
export async function createMockServer<Accepted>(
  judge: Judge<Accepted>,
  options: JudgeOptions<Accepted> = {},
): Promise<MockDestination<Accepted>> {
  const requests: MockRequest[] = []
  const accepted: Accepted[] = []
  const failures: PlannedFailure[] = []
  const refusedTexts = new Set<string>()
  let openSockets = 0
  let peakSockets = 0

  function accept(request: MockRequest): MockAnswer {
    const judgement = judge(request, isRefused)
    for (const one of judgement.accepted) {
      if (options.keepRequests !== false) accepted.push(one)
      options.onAccepted?.(one)
    }
    return judgement.answer
  }

  function isRefused(item: unknown): boolean {
    if (refusedTexts.size === 0) return false
    const json = JSON.stringify(item) ?? ''
    return [...refusedTexts].some((text) => json.includes(text))
  }

  function nextFailure(): Failure | undefined {
    const planned = failures[0]
    if (planned === undefined) return undefined
    planned.timesLeft -= 1
    if (planned.timesLeft <= 0) failures.shift()
    return planned.failure
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming)
    if (options.keepRequests !== false) requests.push(request)
    const failure = nextFailure()
    if (failure?.kind === 'empty' && options.isEmptySuccess === true) accept(request)
    if (failure === undefined) sendAnswer(response, accept(request))
    else sendFailure(response, failure, () => accept(request))
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (incoming.complete) sendAnswer(response, { status: 500, body: `The mock itself failed: ${String(error)}` })
      else response.destroy()
    })
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => {
    openSockets += 1
    peakSockets = Math.max(peakSockets, openSockets)
    socket.on('close', () => {
      openSockets -= 1
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The mock listens on no port.')

  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    accepted,
    fail(failure, { times = 1 } = {}) {
      if (times > 0) failures.push({ failure, timesLeft: times })
    },
    refuse(text) {
      refusedTexts.add(JSON.stringify(text).slice(1, -1))
    },
    recover() {
      failures.length = 0
      refusedTexts.clear()
    },
    get peakSockets() {
      return peakSockets
    },
    clear() {
      requests.length = 0
      accepted.length = 0
      peakSockets = openSockets
      refusedTexts.clear()
      options.onClear?.()
    },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

async function readRequest(incoming: IncomingMessage): Promise<MockRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const headers = Object.entries(incoming.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')])
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: Object.fromEntries(headers),
    text,
    json: parseJson(text),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
