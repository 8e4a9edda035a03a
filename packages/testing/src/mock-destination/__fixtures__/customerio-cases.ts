import { revokedCustomerioKey } from '../mock-customerio-settings.ts'

/** A malformed request, by the rule it breaks. */
export interface CustomerioCase {
  readonly rule: string
  readonly method?: string
  readonly path?: string
  /** `undefined` leaves a header out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** The body; text is sent as it is. Default: a batch of one right message. */
  readonly body?: unknown
  /** Default 400. */
  readonly status?: number
}

/** A right message. */
export const rightMessage: Readonly<Record<string, unknown>> = {
  type: 'track',
  event: 'Order Completed',
  userId: 'cust_8841',
  messageId: '01KEVN1ZPM9H19JSHGN5NF0M69',
  timestamp: '2026-11-20T10:15:30.250Z',
  properties: { order_id: '01KEVN1ZPM9H19JSHGN5NF0M69', total: 44.64 },
  context: { active: false },
}

/** A batch of one message, replaced in part; `undefined` leaves a field out. */
export function batch(overrides: Readonly<Record<string, unknown>> = {}): unknown {
  return { batch: [{ ...rightMessage, ...overrides }] }
}

/** The `Authorization` header for these credentials. */
export function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

/** One malformed request for each rule about the request, in the order of the rules. */
export const customerioRequestCases: readonly CustomerioCase[] = [
  { rule: 'an unknown path, also a trailing slash', path: '/v1/batch/', status: 404 },
  { rule: 'another method than POST', method: 'PUT', status: 405 },
  { rule: 'no Authorization header', headers: { authorization: undefined }, status: 401 },
  {
    rule: 'an Authorization header that is not Basic with base64',
    headers: { authorization: 'Bearer key' },
    status: 401,
  },
  { rule: 'a key without the colon behind it', headers: { authorization: basic('key') }, status: 401 },
  { rule: 'a password behind the colon, as the Track API has one', headers: { authorization: basic('site:key') }, status: 401 },
  { rule: 'an empty key', headers: { authorization: basic(':') }, status: 401 },
  { rule: 'a wrong or revoked key', headers: { authorization: basic(`${revokedCustomerioKey}:`) }, status: 401 },
  { rule: 'a content type other than application/json', headers: { 'content-type': 'text/plain' } },
  {
    rule: 'a body over 500 KB',
    body: { batch: Array.from({ length: 17 }, () => ({ ...rightMessage, properties: { note: 'x'.repeat(30_000) } })) },
  },
  { rule: 'a body that is not a JSON object', body: '{"batch":[' },
  { rule: 'a batch without a list of messages', body: { batch: rightMessage } },
  { rule: 'a batch with a context that is not an object', body: { batch: [rightMessage], context: null } },
  { rule: 'a batch with integrations that are not booleans by name', body: { batch: [rightMessage], integrations: ['All'] } },
  { rule: 'a batch with a sentAt that is not a date-time', body: { batch: [rightMessage], sentAt: '2026-11-20' } },
]

/** One malformed message for each rule about messages, in the order of the rules. */
export const customerioMessageCases: readonly CustomerioCase[] = [
  { rule: 'a message that is not an object', body: { batch: ['Order Completed'] } },
  { rule: 'a message over 32 KB', body: batch({ properties: { note: 'é'.repeat(16_000) } }) },
  { rule: 'a message of a batch without a type', body: batch({ type: undefined }) },
  { rule: 'an unknown type', body: batch({ type: 'purchase' }) },
  { rule: 'another type than that of the endpoint', path: '/v1/identify', body: rightMessage },
  { rule: 'a userId that is not a string', body: batch({ userId: 8841 }) },
  { rule: 'an anonymousId that is not a string', body: batch({ userId: undefined, anonymousId: 8841 }) },
  { rule: 'a groupId that is not a string', body: batch({ type: 'group', groupId: 7 }) },
  { rule: 'nobody named, or with an empty id alone', body: batch({ userId: '' }) },
  { rule: 'a track with both userId and anonymousId', body: batch({ anonymousId: 'visitor-1' }) },
  { rule: 'a track without an event', body: batch({ event: undefined }) },
  { rule: 'an event that is not a string', body: batch({ event: { name: 'Order Completed' } }) },
  { rule: 'a group without a groupId', body: batch({ type: 'group', event: undefined }) },
  { rule: 'an alias without a previousId', body: batch({ type: 'alias', event: undefined }) },
  { rule: 'properties that are not an object', body: batch({ properties: [] }) },
  { rule: 'traits that are not an object', body: batch({ type: 'identify', traits: 'robin' }) },
  { rule: 'an email trait that is not a string', body: batch({ type: 'identify', traits: { email: null } }) },
  { rule: 'a createdAt trait that is not a date-time', body: batch({ type: 'identify', traits: { createdAt: 1_795_169_730 } }) },
  { rule: 'a timestamp that is not a date-time with a zone', body: batch({ timestamp: '2026-11-20T10:15:30' }) },
  { rule: 'an originalTimestamp that is not a date-time', body: batch({ originalTimestamp: '2026-11-20' }) },
  { rule: 'a sentAt that is not a date-time', body: batch({ sentAt: 1_795_169_730 }) },
  { rule: 'a messageId that is not a string', body: batch({ messageId: 1 }) },
  { rule: 'a context that is not an object', body: batch({ context: null }) },
  { rule: 'integrations that are not booleans by name', body: batch({ integrations: { All: 'no' } }) },
  {
    rule: 'User Deleted, User Suppressed or User Unsuppressed without a userId',
    body: batch({ event: 'User Deleted', userId: undefined, anonymousId: 'visitor-1' }),
  },
  { rule: 'a device event without a device token', body: batch({ event: 'Device Deleted', context: { device: {} } }) },
  {
    rule: 'a device event without a userId',
    body: batch({
      event: 'Device Created or Updated',
      userId: undefined,
      anonymousId: 'visitor-1',
      context: { device: { token: 'token' } },
    }),
  },
  {
    rule: 'Relationship Deleted without a userId',
    body: batch({
      event: 'Relationship Deleted',
      userId: undefined,
      anonymousId: 'visitor-1',
      properties: { objectId: 'acme' },
    }),
  },
  {
    rule: 'Relationship Deleted or Object Deleted without an objectId',
    body: batch({ event: 'Relationship Deleted', properties: {} }),
  },
  { rule: 'Object Deleted without an anonymousId', body: batch({ event: 'Object Deleted', properties: { objectId: 'acme' } }) },
]
