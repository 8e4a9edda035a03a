import { type CustomerioRule, customerioPages, isDateTime, isObject } from './mock-customerio-rule.ts'
import { type CustomerioSettings, revokedCustomerioKey } from './mock-customerio-settings.ts'
import type { MockRequest } from './mock-server.ts'

/** Bytes of one batch's body; KB are not defined, and read as 1,000 bytes. */
const maxBodyBytes = 500_000

/** The type of message that each endpoint takes; a batch takes all. */
export const customerioEndpoints: Readonly<Record<string, string>> = {
  '/v1/batch': 'batch',
  '/v1/identify': 'identify',
  '/v1/track': 'track',
  '/v1/page': 'page',
  '/v1/screen': 'screen',
  '/v1/group': 'group',
  '/v1/alias': 'alias',
}

/** A request as the rules see it. */
export interface CustomerioCall {
  readonly request: MockRequest
  /** Without the query. */
  readonly path: string
  readonly settings: CustomerioSettings
}

/** A rule about the whole request, answered alone, in strict mode with this status. */
export interface CustomerioRequestRule extends CustomerioRule<CustomerioCall> {
  readonly status: number
  /** Whether the answer is the same without strict mode; otherwise it is 200 and everything is lost. */
  readonly isAlwaysAnswered?: boolean
}

const basicPattern = /^Basic ([A-Za-z0-9+/]+=*)$/
const noCredentials = 'The request lacks valid credentials.'

/** What refuses a whole request, in the order in which it is checked. The first breach is the answer. */
export const customerioRequestRules: readonly CustomerioRequestRule[] = [
  {
    name: 'an unknown path, also a trailing slash',
    source: customerioPages.openapi,
    doubt: 'no answer is documented; 404 in both modes',
    status: 404,
    isAlwaysAnswered: true,
    error: 'There is no endpoint at this path.',
    isBroken: ({ path }) => customerioEndpoints[path] === undefined,
  },
  {
    name: 'another method than POST',
    source: customerioPages.openapi,
    doubt: 'no answer is documented; 405 in both modes',
    status: 405,
    isAlwaysAnswered: true,
    error: 'The method must be POST.',
    isBroken: ({ request }) => request.method !== 'POST',
  },
  unauthorized('no Authorization header', ({ request }) => !Object.hasOwn(request.headers, 'authorization')),
  unauthorized(
    'an Authorization header that is not Basic with base64',
    ({ request: { headers } }) => encodedIn(headers) === undefined,
  ),
  unauthorized('a key without the colon behind it', (call) => !credentialsOf(call).includes(':')),
  unauthorized('a password behind the colon, as the Track API has one', (call) => credentialsOf(call).split(':')[1] !== ''),
  unauthorized('an empty key', (call) => credentialsOf(call).startsWith(':')),
  unauthorized('a wrong or revoked key', (call) => {
    const key = credentialsOf(call).split(':')[0]
    return call.settings.apiKey === undefined ? key === revokedCustomerioKey : key !== call.settings.apiKey
  }),
  malformed('a content type other than application/json', 'The content type must be application/json.', ({ request }) => {
    const { 'content-type': contentType = '' } = request.headers
    return contentType.split(';')[0]?.trim().toLowerCase() !== 'application/json'
  }),
  {
    ...malformed('a body over 500 KB', 'The request is larger than 500KB.', ({ request }) => {
      return Buffer.byteLength(request.text) > maxBodyBytes
    }),
    source: customerioPages.api,
    doubt: 'the answer in strict mode is not documented; 400 is presumed',
  },
  malformed('a body that is not a JSON object', 'The body must be a JSON object.', ({ request }) => !isObject(request.json)),
  malformed('a batch without a list of messages', 'batch must be an array.', (call) => {
    return isBatch(call) && !Array.isArray(bodyOf(call)['batch'])
  }),
  malformed('a batch with a context that is not an object', 'context must be an object.', (call) => {
    const { context } = bodyOf(call)
    return isBatch(call) && context !== undefined && !isObject(context)
  }),
  malformed('a batch with integrations that are not booleans by name', 'integrations must be booleans by name.', (call) => {
    const { integrations } = bodyOf(call)
    return isBatch(call) && integrations !== undefined && !isBooleansByName(integrations)
  }),
  malformed('a batch with a sentAt that is not a date-time', 'sentAt must be a date-time.', (call) => {
    const { sentAt } = bodyOf(call)
    return isBatch(call) && sentAt !== undefined && !isDateTime(sentAt)
  }),
]

/** Whether a value is an object whose values are all booleans. */
export function isBooleansByName(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((inner) => typeof inner === 'boolean')
}

function unauthorized(name: string, isBroken: (call: CustomerioCall) => boolean): CustomerioRequestRule {
  return { name, source: customerioPages.http, status: 401, error: noCredentials, isBroken }
}

function malformed(name: string, error: string, isBroken: (call: CustomerioCall) => boolean): CustomerioRequestRule {
  return { name, source: customerioPages.openapi, status: 400, error, isBroken }
}

function credentialsOf({ request }: CustomerioCall): string {
  return Buffer.from(encodedIn(request.headers) ?? '', 'base64').toString('utf8')
}

function encodedIn({ authorization = '' }: MockRequest['headers']): string | undefined {
  return basicPattern.exec(authorization)?.[1]
}

function isBatch({ path }: CustomerioCall): boolean {
  return customerioEndpoints[path] === 'batch'
}

function bodyOf({ request }: CustomerioCall): Readonly<Record<string, unknown>> {
  return isObject(request.json) ? request.json : {}
}
