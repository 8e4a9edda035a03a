import type { Judgement, MockAnswer, MockDestination, MockRequest } from '@subtotal-connectors/testing/mocks'
import { createMockServer } from '@subtotal-connectors/testing/mocks'
import { z } from 'zod'

/** The key that {@link createMockIterable} takes for a revoked one; any other is good. */
export const revokedIterableKey = 'revoked'

/** Bytes of a request. Source: https://github.com/segmentio/action-destinations/pull/2343. Its answer is a doubt: 413. */
const maxBodyBytes = 4_000_000

/** Source: https://github.com/Iterable/api-client, src/types/events.ts. That other fields are refused is a doubt: the strictest reading. */
const eventSchema = z
  .strictObject({
    email: z.string().exactOptional(),
    userId: z.string().min(1).exactOptional(),
    eventName: z.string().min(1),
    id: z.string().min(1).max(512).exactOptional(),
    createdAt: z.int().min(0).exactOptional(),
    dataFields: z.record(z.string(), z.unknown()).exactOptional(),
  })
  .refine(({ email, userId }) => email !== undefined || userId !== undefined)
const bodySchema = z.strictObject({ events: z.array(eventSchema).min(1) })
const emailSchema = z.email()

/** An event as Iterable keeps it. */
export interface AcceptedIterableEvent {
  readonly email?: string
  readonly userId?: string
  readonly eventName: string
  readonly id?: string
  readonly createdAt?: number
  readonly dataFields?: Readonly<Record<string, unknown>>
}

/**
 * Starts a mock of Iterable's `POST /api/events/trackBulk`. It refuses a malformed request whole, counts and names the people it
 * does not take, and keeps one event per `id`. Answers as recorded in https://github.com/rudderlabs/rudder-transformer,
 * test/integrations/destinations/iterable/network.ts.
 */
export async function createMockIterable(): Promise<MockDestination<AcceptedIterableEvent>> {
  const knownIds = new Set<string>()
  return await createMockServer((request, isRefused) => judge(request, isRefused, knownIds), { onClear: () => knownIds.clear() })
}

function judge(
  request: MockRequest,
  isRefused: (item: unknown) => boolean,
  knownIds: Set<string>,
): Judgement<AcceptedIterableEvent> {
  const refusal = refuse(request)
  if (refusal !== undefined) return { answer: refusal, accepted: [] }
  const body = bodySchema.safeParse(request.json)
  if (!body.success) {
    const params = Object.fromEntries(body.error.issues.map(({ path, message }) => [`obj.${path.join('.')}`, message]))
    return { answer: problem(400, 'BadJsonBody', `[${request.path}] Invalid JSON body`, params), accepted: [] }
  }
  const { events } = body.data
  const bad = events.filter((event) => isRefused(event) || !hasGoodEmail(event))
  const good = events.filter((event) => !bad.includes(event))
  const failedUpdates = {
    invalidEmails: bad.flatMap(({ email }) => email ?? []),
    invalidUserIds: bad.flatMap(({ email, userId }) => (email === undefined ? (userId ?? []) : [])),
    notFoundEmails: [],
    notFoundUserIds: [],
    forgottenEmails: [],
    forgottenUserIds: [],
  }
  const answer = { successCount: good.length, failCount: bad.length, disallowedEventNames: [], failedUpdates }
  return { answer: { status: 200, body: answer }, accepted: good.filter((event) => isNew(event, knownIds)) }
}

function refuse({ method, path, headers, text }: MockRequest): MockAnswer | undefined {
  if (method !== 'POST' || path !== '/api/events/trackBulk') return problem(404, 'NotFound', 'There is no such endpoint.')
  const key = headers['api-key']
  if (key === undefined || key === revokedIterableKey) return problem(401, 'BadApiKey', 'Invalid API key')
  return Buffer.byteLength(text) > maxBodyBytes ? problem(413, 'RequestTooLarge', 'Request is too large') : undefined
}

function problem(status: number, code: string, msg: string, params: unknown = null): MockAnswer {
  return { status, body: { msg, code, params } }
}

function hasGoodEmail({ email }: AcceptedIterableEvent): boolean {
  return email === undefined || emailSchema.safeParse(email).success
}

function isNew({ id }: AcceptedIterableEvent, knownIds: Set<string>): boolean {
  if (id === undefined) return true
  const isKnown = knownIds.has(id)
  knownIds.add(id)
  return !isKnown
}
