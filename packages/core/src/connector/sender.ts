import { createLimit } from '../http/create-limit.ts'
import { createHttpClient } from '../http/http-client.ts'
import { noAnswerResult, readAnswer, stopsTheCall, toDeliveryResult, unaccountedResult } from './answer-results.ts'
import { combineResults } from './combine-results.ts'
import type { CallOptions, PlannedRequest } from './connector.ts'
import type { CheckRequest, DestinationApi, DestinationResponse, Mapped } from './connector-definition.ts'
import type { Blocked, DeliveryResult, Retry } from './delivery-result.ts'
import { isolate } from './isolate.ts'
import { bodyOf, type Entry, prepareRequests } from './prepare-requests.ts'
import { redactResults } from './redact-results.ts'
import { secretsOf } from './secrets-of.ts'

/** Something to send that gets one result: an event in the destination's words. */
export interface Outgoing<Message> extends Mapped<Message> {
  /** Values that say something about a person: they are taken out of the destination's words. Called only when there is an error. */
  personalValues(): readonly string[]
}

/** A request that would be sent, with the positions of what it carries. */
export type SenderRequest = Omit<PlannedRequest, 'eventIds'> & { readonly positions: readonly number[] }

/** What would be sent, and the results that are known without sending. */
export interface SenderPlan {
  readonly requests: readonly SenderRequest[]
  /** By position; `undefined` for what would be sent. */
  readonly results: readonly (DeliveryResult | undefined)[]
}

/** Sends messages to one destination and says what became of each. */
export interface Sender<Message> {
  plan(outgoing: readonly Outgoing<Message>[]): SenderPlan
  /** One result per outgoing, same order and length, whatever happens. */
  send(outgoing: readonly Outgoing<Message>[], options?: CallOptions): Promise<DeliveryResult[]>
  /** One request with the credentials; rejects with a `ConnectorError` when there is no answer. */
  request(request: CheckRequest, options?: CallOptions): Promise<DestinationResponse>
  close(): Promise<void>
}

/** How one call of `send` goes on: a destination that is blocked or limits the rate gets no further request of the call. */
interface Call {
  readonly signal: AbortSignal | undefined
  stopped?: Blocked | Retry
}

const defaultHeaders = { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'subtotal-connectors' }

/** What {@link createSender} takes besides the API. */
export interface SenderOptions {
  /** Requests in flight at once, and so sockets. Default 4. */
  readonly concurrency?: number
  /** The time that a date in `Retry-After` is measured from, in milliseconds since 1970. Default the machine's. */
  readonly now?: () => number
}

/**
 * The runtime behind every connector: cuts messages into requests by count and bytes of the real body, sends them, reads the
 * answers, finds the messages at fault in a request that was refused as a whole, and takes keys and people's data out of
 * every error.
 */
export function createSender<Message>(api: DestinationApi<Message>, options: SenderOptions = {}): Sender<Message> {
  const { concurrency = 4, now = Date.now } = options
  const publicHeaders = { ...defaultHeaders, ...api.headers }
  const secrets = secretsOf(api.credentials)
  const limit = createLimit(concurrency)
  const client = createHttpClient({
    origin: api.origin,
    headers: { ...publicHeaders, ...api.credentials },
    maxSockets: concurrency,
    mayFollowRedirect: (url) => api.mayFollowRedirect?.(url) ?? false,
  })

  /** Sends one request and gives every entry a result; returns the entries that were refused. */
  const sendRequest = (entries: readonly Entry<Message>[], call: Call): Promise<Entry<Message>[]> =>
    limit(async () => {
      const results = call.stopped === undefined ? await exchange(entries, call.signal) : entries.map(() => call.stopped)
      const refused: Entry<Message>[] = []
      for (const [index, entry] of entries.entries()) {
        const result = results[index] ?? unaccountedResult(api)
        if (result.status === 'refused') refused.push(entry)
        entry.result = toDeliveryResult(api, result)
        if (stopsTheCall(entry.result)) call.stopped = entry.result
      }
      return refused
    })

  const exchange = async (entries: readonly Entry<Message>[], signal: AbortSignal | undefined) => {
    const messages = entries.map((entry) => entry.message)
    const { path, body } = api.toRequest(messages)
    const bytes = bodyOf(body, entries)
    for (const entry of entries) entry.text = undefined
    return readAnswer(api, await client.request('POST', path, bytes, signal), messages, now())
  }

  const sendChunk = async (chunk: readonly Entry<Message>[], call: Call): Promise<void> => {
    const refused = await sendRequest(chunk, call)
    if (chunk.length === 1 || refused.length === 0) return
    // Some were named: the others deserve one more try together before anyone is suspected.
    const stillRefused = refused.length < chunk.length ? await sendRequest(refused, call) : refused
    if (stillRefused.length > 1 || (stillRefused.length === 1 && refused.length > 1)) {
      await isolate(stillRefused, (entries) => sendRequest(entries, call))
    }
  }

  return {
    plan(outgoing) {
      const { known, awaited, chunks } = prepareRequests(api, outgoing)
      const positionsByEntry = toPositions(awaited)
      const requests = chunks.map((chunk): SenderRequest => {
        const { path, body } = api.toRequest(chunk.map((entry) => entry.message))
        const positions = [...new Set(chunk.flatMap((entry) => positionsByEntry.get(entry) ?? []))]
        return { method: 'POST', url: new URL(path, api.origin).href, headers: publicHeaders, body, positions }
      })
      return { requests, results: known }
    },

    async send(outgoing, { signal } = {}) {
      const { known, awaited, chunks } = prepareRequests(api, outgoing)
      const call: Call = { signal }
      await Promise.all(chunks.map((chunk) => sendChunk(chunk, call)))
      const results = outgoing.map(({ warnings }, position) => {
        const parts = (awaited[position] ?? []).map((entry) => entry.result ?? unaccountedResult(api))
        return known[position] ?? combineResults(parts, warnings)
      })
      return redactResults(results, outgoing, secrets)
    },

    async request({ method, path, body }, { signal } = {}) {
      const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
      const answer = await limit(() => client.request(method, path, bytes, signal))
      if (answer.kind === 'answer') return answer.response
      throw noAnswerResult(api, answer).error
    },

    async close() {
      client.close()
    },
  }
}

/** The positions of the outgoing that wait for an entry. */
function toPositions<Message>(awaited: readonly (readonly Entry<Message>[])[]): ReadonlyMap<Entry<Message>, readonly number[]> {
  const positions = new Map<Entry<Message>, number[]>()
  for (const [position, entries] of awaited.entries()) {
    for (const entry of entries) positions.set(entry, [...(positions.get(entry) ?? []), position])
  }
  return positions
}
