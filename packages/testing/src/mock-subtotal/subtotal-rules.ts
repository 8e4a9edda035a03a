import type { MockAnswer } from '../mock-destination/mock-server.ts'
import { revokedSubtotalKey } from './mock-subtotal-options.ts'
import type { SubtotalCall } from './subtotal-call.ts'
import { invalid, subtotalPages } from './subtotal-call.ts'
import { faultsOf } from './subtotal-fields.ts'

/** What every call must keep to, in the order in which it is looked at. */
export interface SubtotalRule {
  readonly name: string
  /** The page that states it. */
  readonly source: string
  /** What the page leaves open; the mock then takes the strictest reading. */
  readonly doubt?: string
  /** The refusal, or `undefined`. */
  refuse(call: SubtotalCall): MockAnswer | undefined
}

/** The rules of every call. Which objects there must be is the call's own matter. */
export const subtotalRules: readonly SubtotalRule[] = [
  {
    name: 'a request carries an API key or an access token that is in use',
    source: subtotalPages.introduction,
    doubt: 'the body of a 401 is in no stored page',
    refuse: (call) => (isKnownKey(call) || isAccessToken(call) ? undefined : refusal(401, 'Invalid API key')),
  },
  {
    name: 'a call exists',
    source: subtotalPages.introduction,
    refuse: ({ route }) => (route === undefined ? refusal(404, 'Not Found') : undefined),
  },
  {
    name: 'the key or token has the scope of the call',
    source: subtotalPages.createWebhook,
    doubt: 'scopes are documented for tokens; the body of a 403 is in no stored page',
    refuse: ({ route, scopes }) =>
      route?.scope === undefined || scopes.has(route.scope) ? undefined : refusal(403, 'insufficient_scope'),
  },
  {
    name: 'purchases are read with a connection token beside an API key',
    source: subtotalPages.connectionPurchases,
    doubt: 'the answer to a missing or expired token is in no stored page',
    refuse: (call) => {
      if (call.route?.needsConnectionToken !== true || isAccessToken(call)) return undefined
      const token = call.account.tokens.get(call.bearer ?? '')
      const isGood = token !== undefined && token.scope === 'access' && token.expiresAt > call.nowMs
      return isGood ? undefined : refusal(401, 'Invalid connection token')
    },
  },
  {
    name: 'a body is a JSON object',
    source: subtotalPages.introduction,
    refuse: ({ request, route }) => {
      if (route?.body === undefined) {
        return request.text === '' ? undefined : invalid([{ loc: ['body'], msg: 'A body is not permitted' }])
      }
      const isJson = request.headers['content-type']?.startsWith('application/json') === true && isObject(request.json)
      return isJson ? undefined : invalid([{ loc: ['body'], msg: 'Input should be a valid dictionary' }])
    },
  },
  {
    name: 'the fields of the body are those of the call',
    source: subtotalPages.createConnection,
    doubt: 'whether unknown fields are refused or ignored is in no stored page',
    refuse: ({ request, route }) => {
      const faults = faultsOf('body', route?.body ?? {}, isObject(request.json) ? request.json : {})
      return faults.length === 0 ? undefined : invalid(faults)
    },
  },
  {
    name: 'the query is that of the call',
    source: subtotalPages.getPurchases,
    doubt: 'whether unknown parameters are refused or ignored is in no stored page',
    refuse: ({ query, route }) => {
      const faults = faultsOf('query', route?.query ?? {}, Object.fromEntries(query))
      return faults.length === 0 ? undefined : invalid(faults)
    },
  },
]

/** Whether an OAuth access token stands in the place of key and connection token. */
export function isAccessToken({ bearer, request, settings }: SubtotalCall): boolean {
  return request.headers['x-api-key'] === undefined && bearer !== undefined && bearer === settings.accessToken
}

function isKnownKey({ request, settings }: SubtotalCall): boolean {
  const key = request.headers['x-api-key'] ?? ''
  if (key === '' || key === revokedSubtotalKey) return false
  return settings.apiKey === undefined || settings.apiKey === key
}

function refusal(status: number, detail: string): MockAnswer {
  return { status, body: { detail } }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
