import { ConnectorError } from '../errors/connector-error.ts'
import { chunkMessages } from './chunk-messages.ts'
import type { DestinationApi } from './connector-definition.ts'
import type { DeliveryResult } from './delivery-result.ts'
import type { Outgoing } from './sender.ts'

/** One message on its way. */
export interface Entry<Message> {
  readonly message: Message
  /** UTF-8 bytes as JSON. */
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

  for (const [position, { messages }] of outgoing.entries()) {
    const sizes = messages.map(measure)
    const problem = sizes
      .map((bytes) => sizeProblem(api.title, bytes, Math.min(maxBytesPerMessage, maxBytesPerRequest)))
      .find(Boolean)
    known.push(problem === undefined ? undefined : { status: 'rejected', error: problem })
    if (problem !== undefined) continue
    const group: Entry<Message>[] = []
    for (const [index, message] of messages.entries()) {
      const key = api.dedupeKey?.(message)
      const repeated = key === undefined ? undefined : entriesByKey.get(key)
      if (repeated === undefined) {
        const entry: Entry<Message> = { message, bytes: sizes[index] ?? 0, sharers: [position] }
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

/** UTF-8 bytes of the message as JSON; `undefined` when it cannot be written as JSON. */
function measure(message: unknown): number | undefined {
  try {
    return Buffer.byteLength(JSON.stringify(message))
  } catch {
    return undefined
  }
}

function sizeProblem(title: string, bytes: number | undefined, maxBytes: number): ConnectorError | undefined {
  if (bytes === undefined) {
    return new ConnectorError('ERR_MAPPING', 'The properties cannot be written as JSON; check the option properties.')
  }
  if (bytes <= maxBytes) return undefined
  return new ConnectorError('ERR_TOO_LARGE', `The event is ${bytes} bytes for ${title}, which takes at most ${maxBytes}.`)
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
  const { body } = api.toRequest(chunk.map((entry) => entry.message))
  if (Buffer.byteLength(JSON.stringify(body)) <= api.limits.maxBytesPerRequest) return [chunk]
  const middle = Math.ceil(chunk.length / 2)
  return [...splitByRealBody(api, chunk.slice(0, middle)), ...splitByRealBody(api, chunk.slice(middle))]
}
