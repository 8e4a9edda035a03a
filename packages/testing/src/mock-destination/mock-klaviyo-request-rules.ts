import { isRetired } from './mock-klaviyo-revision.ts'
import { invalid, type KlaviyoFault, type KlaviyoRule, klaviyoPages } from './mock-klaviyo-rule.ts'
import { type KlaviyoCall, type KlaviyoScope, revokedKlaviyoKey } from './mock-klaviyo-settings.ts'

/** Bytes of one request's body, decompressed; read as 5 × 10⁶. */
const maxBodyBytes = 5_000_000

/** The endpoints the mock has. */
const endpoints: Readonly<Record<string, { readonly method: 'GET' | 'POST'; readonly scope: KlaviyoScope }>> = {
  '/api/events': { method: 'POST', scope: 'events:write' },
  '/api/event-bulk-create-jobs': { method: 'POST', scope: 'events:write' },
  '/api/accounts': { method: 'GET', scope: 'accounts:read' },
}

const keyPattern = /^Klaviyo-API-Key (\S+)$/
const revisionPattern = /^\d{4}-\d{2}-\d{2}(\.pre)?$/

/** What refuses a request before its body is read, in the order in which it is checked. The first breach is the answer. */
export const klaviyoRequestRules: readonly KlaviyoRule<KlaviyoCall>[] = [
  {
    ...notFound('a trailing slash on the path (none since revision 2024-10-15)', klaviyoPages.openapi, ({ path }) =>
      faultIf(path.endsWith('/'), 'The path has a trailing slash.'),
    ),
    doubt: 'connectors that still send one are known to work',
  },
  notFound('an unknown path', klaviyoPages.openapi, ({ path }) =>
    faultIf(endpoints[path] === undefined, 'There is no endpoint at this path.'),
  ),
  {
    name: 'another method',
    source: klaviyoPages.errors,
    status: 405,
    code: 'method_not_allowed',
    title: 'Method not allowed.',
    find: ({ request, path }) =>
      faultIf(endpoints[path]?.method !== request.method, 'The method is not allowed for this endpoint.'),
  },
  unauthenticated('no Authorization header', 'Authentication credentials were not provided.', ({ request }) =>
    faultIf(request.headers['authorization'] === undefined, 'The Authorization header is missing.'),
  ),
  unauthenticated(
    'an Authorization header not of the form "Klaviyo-API-Key <key>"',
    'Incorrect authentication credentials.',
    ({ request }) =>
      faultIf(!keyPattern.test(request.headers['authorization'] ?? ''), 'Missing or invalid private key.', {
        parameter: 'Authorization',
      }),
  ),
  unauthenticated('a wrong or revoked private key', 'Incorrect authentication credentials.', ({ request, settings }) => {
    const key = keyPattern.exec(request.headers['authorization'] ?? '')?.[1]
    const isRight = settings.apiKey === undefined ? key !== revokedKlaviyoKey : key === settings.apiKey
    return faultIf(!isRight, 'Missing or invalid private key.')
  }),
  {
    name: 'a key without the scope of the endpoint',
    source: klaviyoPages.errors,
    status: 403,
    code: 'permission_denied',
    title: 'You do not have permission to perform this action.',
    find: ({ path, settings }) => {
      const scope = endpoints[path]?.scope
      return faultIf(scope !== undefined && !settings.scopes.includes(scope), `The key needs the scope ${scope}.`)
    },
  },
  invalid('no revision header', klaviyoPages.openapi, ({ request }) =>
    faultIf(request.headers['revision'] === undefined, 'The revision header is required.', { parameter: 'revision' }),
  ),
  invalid('a revision that is not a date', klaviyoPages.openapi, ({ request }) =>
    faultIf(!isRevision(request.headers['revision']), 'The revision must have the form YYYY-MM-DD[.suffix].', {
      parameter: 'revision',
    }),
  ),
  {
    name: 'a retired revision, with X-Klaviyo-Revision-Fall-Forward-Opt-Out: 1',
    source: klaviyoPages.versions,
    status: 410,
    code: 'gone',
    title: 'Gone.',
    find: ({ request, nowMs }) =>
      faultIf(
        request.headers['x-klaviyo-revision-fall-forward-opt-out'] === '1' && isRetired(request.headers['revision'] ?? '', nowMs),
        'The revision is retired.',
        { parameter: 'revision' },
      ),
  },
  unsupported(
    'a content type other than application/vnd.api+json',
    'the OpenAPI document lists no other, yet another vendor is known to send application/json',
    ({ request }) =>
      faultIf(
        request.method === 'POST' && mediaType(request.headers['content-type']) !== 'application/vnd.api+json',
        'The Content-Type must be application/vnd.api+json.',
        { parameter: 'Content-Type' },
      ),
  ),
  unsupported('a compressed body', 'the guide names Content-Encoding with 415 and lists none that is taken', ({ request }) =>
    faultIf((request.headers['content-encoding'] ?? 'identity') !== 'identity', 'The Content-Encoding is not supported.', {
      parameter: 'Content-Encoding',
    }),
  ),
  {
    name: 'a body over 5 MB',
    source: klaviyoPages.errors,
    status: 413,
    code: 'payload_too_large',
    title: 'Payload too large.',
    find: ({ request }) => faultIf(Buffer.byteLength(request.text) > maxBodyBytes, 'The body is larger than 5 MB.'),
  },
]

type Find = KlaviyoRule<KlaviyoCall>['find']

function faultIf(isBroken: boolean, detail: string, where: Omit<KlaviyoFault, 'detail'> = {}): readonly KlaviyoFault[] {
  return isBroken ? [{ detail, ...where }] : []
}

function notFound(name: string, source: string, find: Find): KlaviyoRule<KlaviyoCall> {
  return { name, source, status: 404, code: 'not_found', title: 'Not found.', find }
}

function unauthenticated(name: string, title: string, find: Find): KlaviyoRule<KlaviyoCall> {
  const doubt = 'the error guide says 401, the authentication guide 400; see the option authenticationStatus'
  return { name, source: klaviyoPages.authentication, doubt, status: 401, code: 'not_authenticated', title, find }
}

function unsupported(name: string, doubt: string, find: Find): KlaviyoRule<KlaviyoCall> {
  const title = 'Unsupported media type.'
  return { name, source: klaviyoPages.errors, doubt, status: 415, code: 'unsupported_media_type', title, find }
}

function isRevision(value: string | undefined): boolean {
  return value !== undefined && revisionPattern.test(value) && !Number.isNaN(Date.parse(value.slice(0, 10)))
}

function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase()
}
