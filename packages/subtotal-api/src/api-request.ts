import type { HttpMethod } from '@subtotal-connectors/core'

/** A request to Subtotal's API. */
export interface ApiRequest {
  /** The client's method, for messages: `webhooks.create`. */
  readonly call: string
  readonly method: HttpMethod
  /** From the first slash; ids encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>
  /** A connection token, for what an API key alone may not read. */
  readonly connectionToken?: string | undefined
  /** Whether a repeat does no harm. Reads, and the making of tokens. */
  readonly isRepeatable: boolean
  /** What to look for when Subtotal answers 404: `connection`. */
  readonly subject: string
  readonly signal?: AbortSignal | undefined
}

/** Path and query of a request. */
export function urlPathOf({ path, query }: ApiRequest): string {
  return query === undefined ? path : `${path}?${new URLSearchParams(query)}`
}

/** The values of a request that may say something about a person. */
export function personalValuesOf({ body, query }: ApiRequest): string[] {
  const values: unknown[] = [...Object.values(query ?? {})]
  for (const [name, value] of Object.entries(body ?? {})) if (personalNames.has(name)) values.push(value)
  return values.filter((value) => typeof value === 'string' && value !== '').map(String)
}

/**
 * Whether all that the answer could say of people is in the request. What names a connection or a purchase by its id alone could be answered
 * with its customer's data, which nothing here would recognise.
 */
export function knowsItsPeople({ path }: ApiRequest): boolean {
  return !/^\/(?:simulated-)?(?:connections|purchases)\//.test(path)
}

const personalNames: ReadonlySet<string> = new Set(['customer_id', 'email', 'mobile'])
