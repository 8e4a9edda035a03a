import { type BrazeRequestRule, brazeArrays, brazePages } from './mock-braze-rule.ts'
import { isObject } from './mock-braze-values.ts'
import type { MockAnswer, MockRequest } from './mock-server.ts'

/** The answer when no object of a request is valid. Its wording is seen in other vendors' code, its status and shape are documented. */
export const noValidDataMessage = "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields."

/** A key that `createMockBraze` always answers 401, to test what a wrong key or a wrong instance does. */
export const revokedBrazeKey = 'revoked-braze-key'

/** Braze documents 4 MB; the mock takes the smaller meaning of MB. */
const maxBodyBytes = 4_000_000
const trackPath = '/users/track'
const invalidKey: MockAnswer = { status: 401, body: { message: 'Invalid API Key' } }

/** Rules about a whole request to `/users/track`, in the order in which they are looked at. */
export const brazeRequestRules: readonly BrazeRequestRule[] = [
  {
    name: 'the path has no trailing slash',
    source: brazePages.errors,
    refuse: ({ path }) => (path === `${trackPath}/` ? { status: 403, body: { message: 'Forbidden' } } : undefined),
  },
  {
    name: 'the path is one that exists',
    source: brazePages.errors,
    refuse: ({ path }) => (path.split('?')[0] === trackPath ? undefined : { status: 404, body: { message: 'Not Found' } }),
  },
  {
    name: 'the method is POST',
    source: brazePages.track,
    doubt: 'the answer to another method is not documented',
    refuse: ({ method }) => (method === 'POST' ? undefined : { status: 404, body: { message: 'Not Found' } }),
  },
  {
    name: 'there is an Authorization header',
    source: brazePages.basics,
    refuse: ({ headers }) => (headers['authorization'] === undefined ? invalidKey : undefined),
  },
  {
    name: 'the Authorization header is "Bearer" and one key',
    source: brazePages.basics,
    refuse: (request) => (keyOf(request) === undefined ? invalidKey : undefined),
  },
  {
    name: 'the key belongs to a workspace of this instance',
    source: brazePages.errors,
    refuse: (request, { apiKey }) => {
      const key = keyOf(request)
      const isKnown = key !== revokedBrazeKey && (apiKey === undefined || key === apiKey)
      return isKnown ? undefined : invalidKey
    },
  },
  {
    name: 'the account is active',
    source: brazePages.errors,
    refuse: (_request, { isAccountActive }) => (isAccountActive ? undefined : { status: 403, body: { message: 'Forbidden' } }),
  },
  {
    name: 'the key has the permission users.track',
    source: brazePages.errors,
    refuse: (_request, { permissions }) =>
      permissions.includes('users.track') ? undefined : { status: 403, body: { message: 'Access Denied' } },
  },
  {
    name: 'the content type is JSON',
    source: brazePages.errors,
    refuse: ({ headers }) =>
      /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')
        ? undefined
        : { status: 415, body: { message: 'Unsupported Media Type' } },
  },
  {
    name: 'the body is at most 4 MB',
    source: brazePages.track,
    refuse: ({ text }) =>
      Buffer.byteLength(text) > maxBodyBytes ? { status: 413, body: { message: 'Request Entity Too Large' } } : undefined,
  },
  {
    name: 'the body is JSON',
    source: brazePages.errors,
    refuse: ({ json }) => (json === undefined ? { status: 400, body: { error: 'Bad Request: invalid JSON' } } : undefined),
  },
  {
    name: 'the body is an object',
    source: brazePages.track,
    refuse: ({ json }) => (isObject(json) ? undefined : noValidData()),
  },
  {
    name: 'attributes, events and purchases are arrays',
    source: brazePages.track,
    refuse: ({ json }) => {
      const isWrong = isObject(json) && brazeArrays.some((array) => json[array] !== undefined && !Array.isArray(json[array]))
      return isWrong ? noValidData() : undefined
    },
  },
  {
    name: 'there is at least one object',
    source: brazePages.track,
    refuse: ({ json }) => (objectCount(json) === 0 ? noValidData() : undefined),
  },
  {
    name: 'there are at most 75 objects in the three arrays together',
    source: brazePages.track,
    refuse: ({ json }, { maxObjects }) =>
      objectCount(json) > maxObjects ? { status: 400, body: { message: 'Max Input Length Exceeded' } } : undefined,
  },
]

function keyOf({ headers: { authorization = '' } }: MockRequest): string | undefined {
  return /^Bearer ([^\s,]+)$/.exec(authorization)?.[1]
}

function objectCount(json: unknown): number {
  if (!isObject(json)) return 0
  return brazeArrays.map((array) => json[array]).reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0)
}

function noValidData(): MockAnswer {
  return { status: 400, body: { message: noValidDataMessage } }
}
