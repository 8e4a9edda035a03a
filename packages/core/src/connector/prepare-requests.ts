import { ConnectorError } from '../errors/connector-error.ts'
import { chunkMessages } from './chunk-messages.ts'
import type { DestinationApi } from './connector-definition.ts'
import type { DeliveryResult } from './delivery-result.ts'
import type { Outgoing } from './sender.ts'
import { toJson } from './to-json.ts'

/** One message on its way. */
export interface Entry<Message> {
  readonly message: Message
  /** The message as JSON. */
  readonly text: string
  /** UTF-8 bytes of the text. */
  readonly bytes: number
  /** Positions of the outgoing that wait for this message's result: its own, and those of repeats. */
  readonly sharers: number[]
  result?: DeliveryResult
}

/** Messages cut into requests, and the results that need no request. */
export interface PreparedRequests<Message> {
  /** By position of the outgoing. */
  readonly known: readonly (DeliveryResult | undefined)[]
  readonly chunks: readonly (readonly Entry<Message>[])[]
}

/** Measures every message once, refuses what is too large on its own, joins repeats, and cuts the rest into requests. Pure. */
export function prepareRequests<Message>(
  api: DestinationApi<Message>,
  outgoing: readonly Outgoing<Message>[],
): PreparedRequests<Message> {
  const { maxBytesPerRequest, maxBytesPerMessage = maxBytesPerRequest, maxMessagesPerRequest } = api.limits
  const known: (DeliveryResult | undefined)[] = []
  const entriesByKey = new Map<string, Entry<Message>>()
  const groups: Entry<Message>[][] = []

  const maxBytes = Math.min(maxBytesPerMessage, maxBytesPerRequest)
  for (const [position, { messages }] of outgoing.entries()) {
    const entries = messages.map((message) => toEntry(message, position))
    const problem = entries.map((entry) => sizeProblem(api, entry, maxBytes)).find((found) => found !== undefined)
    known.push(problem === undefined ? undefined : { status: 'rejected', error: problem })
    if (problem !== undefined) continue
    const group: Entry<Message>[] = []
    for (const entry of entries) {
      if (entry === undefined) continue
      const key = api.dedupeKey?.(entry.message)
      const repeated = key === undefined ? undefined : entriesByKey.get(key)
      if (repeated === undefined) {
        if (key !== undefined) entriesByKey.set(key, entry)
        group.push(entry)
      } else {
        repeated.sharers.push(position)
      }
    }
    if (group.length > 0) groups.push(group)
  }

  const chunks = chunkMessages(groups, { maxMessages: maxMessagesPerRequest, maxBytes: maxBytesPerRequest })
  return { known, chunks: chunks.flatMap((chunk) => splitByRealBody(api, chunk)) }
}

/** The request's body as it is sent. */
export function bodyOf<Message>(body: unknown, entries: readonly Entry<Message>[]): string {
  return toJson(body, new Map(entries.map(({ message, text }) => [message, text])))
}

/** The message as it is sent; `undefined` when it cannot be written as JSON. */
function toEntry<Message>(message: Message, position: number): Entry<Message> | undefined {
  try {
    const text = JSON.stringify(message)
    return { message, text, bytes: Buffer.byteLength(text), sharers: [position] }
  } catch {
    return undefined
  }
}

function sizeProblem<Message>(
  api: DestinationApi<Message>,
  entry: Entry<Message> | undefined,
  maxBytes: number,
): ConnectorError | undefined {
  if (entry === undefined) {
    return new ConnectorError('ERR_MAPPING', 'The properties cannot be written as JSON; check the option properties.')
  }
  const { maxBytesPerRequest } = api.limits
  if (entry.bytes > maxBytes) return tooLarge(api.title, entry.bytes, maxBytes)
  // With its envelope it may be too large all the same.
  const bytes = entry.bytes * 2 < maxBytesPerRequest ? 0 : realBytes(api, [entry])
  return bytes > maxBytesPerRequest ? tooLarge(api.title, bytes, maxBytesPerRequest) : undefined
}

function tooLarge(title: string, bytes: number, maxBytes: number): ConnectorError {
  return new ConnectorError('ERR_TOO_LARGE', `The event is ${bytes} bytes for ${title}, which takes at most ${maxBytes}.`)
}

function realBytes<Message>(api: DestinationApi<Message>, entries: readonly Entry<Message>[]): number {
  return Buffer.byteLength(bodyOf(api.toRequest(entries.map(({ message }) => message)).body, entries))
}

/** The envelope counts too: a request whose real body is over the limit is halved until it is not. */
function splitByRealBody<Message>(
  api: DestinationApi<Message>,
  chunk: readonly Entry<Message>[],
): readonly (readonly Entry<Message>[])[] {
  if (chunk.length === 1) return [chunk]
  const messageBytes = chunk.reduce((sum, entry) => sum + entry.bytes + 1, 0)
  // An envelope is far smaller than this, so most chunks need no second look.
  if (messageBytes * 2 < api.limits.maxBytesPerRequest) return [chunk]
  if (realBytes(api, chunk) <= api.limits.maxBytesPerRequest) return [chunk]
  const middle = Math.ceil(chunk.length / 2)
  return [...splitByRealBody(api, chunk.slice(0, middle)), ...splitByRealBody(api, chunk.slice(middle))]
}
