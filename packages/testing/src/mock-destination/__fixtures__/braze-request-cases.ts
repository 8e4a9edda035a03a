import type { MockBrazeOptions } from '../mock-braze.ts'
import { revokedBrazeKey } from '../mock-braze-request-rules.ts'
import type { BrazeCall } from './braze-call.ts'
import { attributes, event, jsonHeaders, many, noValidData } from './braze-call.ts'

/** A request that breaks one rule, and the answer to it. */
export interface BrazeRequestCase extends BrazeCall {
  readonly status: number
  readonly json: unknown
  readonly options?: MockBrazeOptions
}

export const brazeRequestCases: Readonly<Record<string, BrazeRequestCase>> = {
  'the path has no trailing slash': { path: '/users/track/', status: 403, json: { message: 'Forbidden' } },
  'the path is one that exists': { path: '/users/tracks', status: 404, json: { message: 'Not Found' } },
  'the method is POST': { method: 'GET', status: 404, json: { message: 'Not Found' } },
  'there is an Authorization header': { headers: jsonHeaders, status: 401, json: { message: 'Invalid API Key' } },
  'the Authorization header is "Bearer" and one key': {
    headers: { ...jsonHeaders, authorization: 'some-key' },
    status: 401,
    json: { message: 'Invalid API Key' },
  },
  'the key belongs to a workspace of this instance': {
    headers: { ...jsonHeaders, authorization: `Bearer ${revokedBrazeKey}` },
    status: 401,
    json: { message: 'Invalid API Key' },
  },
  'the account is active': { options: { isAccountActive: false }, status: 403, json: { message: 'Forbidden' } },
  'the key has the permission users.track': {
    options: { permissions: ['users.identify'] },
    status: 403,
    json: { message: 'Access Denied' },
  },
  'the content type is JSON': {
    headers: { authorization: 'Bearer some-key', 'content-type': 'text/plain' },
    status: 415,
    json: { message: 'Unsupported Media Type' },
  },
  'the body is at most 4 MB': {
    body: { events: [event], padding: 'x'.repeat(4_000_000) },
    status: 413,
    json: { message: 'Request Entity Too Large' },
  },
  'the body is JSON': { body: '{"events":[', status: 400, json: { error: 'Bad Request: invalid JSON' } },
  'the body is an object': { body: [event], status: 400, json: noValidData },
  'attributes, events and purchases are arrays': { body: { events: [event], attributes: {} }, status: 400, json: noValidData },
  'there is at least one object': { body: { events: [], attributes: [] }, status: 400, json: noValidData },
  'there are at most 75 objects in the three arrays together': {
    body: { events: many(75), attributes: [attributes] },
    status: 400,
    json: { message: 'Max Input Length Exceeded' },
  },
}
