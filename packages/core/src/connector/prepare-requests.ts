import { ConnectorError } from '../errors/connector-error.ts'
import { chunkMessages } from './chunk-messages.ts'
import type { DestinationApi } from './connector-definition.ts'
import type { DeliveryResult } from './delivery-result.ts'
import type { Outgoing } from './sender.ts'
import { type JsonText, toJsonBytes } from './to-json-bytes.ts'

/** One message on its way. */
export interface Entry<Message> {
  readonly message: Message
  /** The message as JSON, until it is in a request's body: what waits for an answer need not be held twice. */
  text: string | undefined
  /** UTF-8 bytes of the message as JSON. */
  readonly bytes: number
  result: DeliveryResult | undefined
}

/** Messages cut into requests, and the results that need no request. */
export interface PreparedRequests<Message> {
  /** By position of the outgoing. */
  readonly known: readonly (DeliveryResult | undefined)[]
  /** By position of the outgoing: what its result waits for. Repeats wait for the entry that is sent. */
  readonly awaited: readonly (readonly Entry<Message>[])[]
  readonly chunks: readonly (readonly Entry<Message>[])[]
}

/** Measures every message once, refuses what is too large on its own, joins repeats, and cuts the rest into requests. Pure. */
export function prepareRequests<Message>(
  api: DestinationApi<Message>,
  outgoing: readonly Outgoing<Message>[],
): PreparedRequests<Message> {
  const { maxBytesPerRequest, maxMessagesPerRequest } = api.limits
  const known: (DeliveryResult | undefined)[] = []
  const awaited: (readonly Entry<Message>[])[] = []
  const groups: (readonly Entry<Message>[])[] = []
  const entriesByKey = new Map<string, Entry<Message>>()

  for (const { messages } of outgoing) {
    const entries = toEntries(api, messages)
    if (entries instanceof ConnectorError) {
      known.push({ status: 'rejected', error: entries })
      awaited.push([])
      continue
    }
    const firsts = firstsOfKeys(api, entries, entriesByKey)
    known.push(undefined)
    awaited.push(firsts)
    const group = entries.filter((entry, index) => firsts[index] === entry)
    if (group.length > 0) groups.push(group)
  }

  const chunks = chunkMessages(groups, { maxMessages: maxMessagesPerRequest, maxBytes: maxBytesPerRequest })
  return { known, awaited, chunks: chunks.flatMap((chunk) => splitByRealBody(api, chunk)) }
}

/** The request's body as it is sent. */
export function bodyOf<Message>(body: unknown, entries: readonly Entry<Message>[]): Buffer {
  const known = new Map<Message, JsonText>()
  for (const { message, text, bytes } of entries) if (text !== undefined) known.set(message, { text, bytes })
  return toJsonBytes(body, known)
}

/** The entries of one outgoing, or what keeps it from being sent. */
function toEntries<Message>(
  api: DestinationApi<Message>,
  messages: readonly Message[],
): readonly Entry<Message>[] | ConnectorError {
  const entries = messages.map(toEntry)
  for (const entry of entries) {
    const problem = sizeProblem(api, entry)
    if (problem !== undefined) return problem
  }
  return entries
}

/** For each entry the one of the same key that came first: itself, unless it is a repeat. */
function firstsOfKeys<Message>(
  api: DestinationApi<Message>,
  entries: readonly Entry<Message>[],
  entriesByKey: Map<string, Entry<Message>>,
): readonly Entry<Message>[] {
  return entries.map((entry) => {
    const key = api.dedupeKey?.(entry.message)
    const first = key === undefined ? undefined : entriesByKey.get(key)
    if (first === undefined && key !== undefined) entriesByKey.set(key, entry)
    return first ?? entry
  })
}

/** The message as it is sent, without text when it cannot be written as JSON. */
function toEntry<Message>(message: Message): Entry<Message> {
  const text = tryJson(message)
  return { message, text, bytes: text === undefined ? 0 : Buffer.byteLength(text), result: undefined }
}

function tryJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function sizeProblem<Message>(api: DestinationApi<Message>, entry: Entry<Message>): ConnectorError | undefined {
  if (entry.text === undefined) {
    return new ConnectorError('ERR_MAPPING', 'The properties cannot be written as JSON; check the option properties.')
  }
  const { maxBytesPerRequest, maxBytesPerMessage = maxBytesPerRequest } = api.limits
  const maxBytes = Math.min(maxBytesPerMessage, maxBytesPerRequest)
  if (entry.bytes > maxBytes) return tooLarge(api.title, entry.bytes, maxBytes)
  // With its envelope it may be too large all the same.
  const bytes = entry.bytes * 2 < maxBytesPerRequest ? 0 : realBytes(api, [entry])
  return bytes > maxBytesPerRequest ? tooLarge(api.title, bytes, maxBytesPerRequest) : undefined
}

function tooLarge(title: string, bytes: number, maxBytes: number): ConnectorError {
  return new ConnectorError('ERR_TOO_LARGE', `The event is ${bytes} bytes for ${title}, which takes at most ${maxBytes}.`)
}

function realBytes<Message>(api: DestinationApi<Message>, entries: readonly Entry<Message>[]): number {
  return bodyOf(api.toRequest(entries.map(({ message }) => message)).body, entries).length
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
