import type { Plan } from '@subtotal-connectors/core'
import type { MockRequest } from '../mock-destination/mock-server.ts'

/** Set by any HTTP client. */
const transportHeaders: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
  'accept',
  'accept-language',
  'sec-fetch-mode',
  'user-agent',
  'content-type',
])

/** The values of a request's headers that a plan does not show: the credentials, whole and without the scheme in front. */
export function credentialsOf({ headers }: MockRequest, plan: Plan): readonly string[] {
  const shown = new Set(plan.requests.flatMap((request) => Object.keys(request.headers).map((name) => name.toLowerCase())))
  return Object.entries(headers)
    .filter(([name]) => !shown.has(name) && !transportHeaders.has(name))
    .flatMap(([, value]) => [value, value.slice(value.indexOf(' ') + 1)])
}
