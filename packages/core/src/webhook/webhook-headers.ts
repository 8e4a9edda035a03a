/** The part of the web's `Headers` that is used. */
export interface WebHeaders {
  get(name: string): string | null
}

/** A request's headers: the web's `Headers`, or a record such as Node's `request.headers`, its names in any case. */
export type WebhookHeaders = WebHeaders | Readonly<Record<string, string | readonly string[] | undefined>>

/** All values of the header, in order; empty values are left out. `name` is in lower case. */
export function readHeader(headers: WebhookHeaders, name: string): string[] {
  return allValues(headers, name).filter((value) => value !== '')
}

function allValues(headers: WebhookHeaders, name: string): string[] {
  if (isWebHeaders(headers)) {
    const value = headers.get(name)
    return value === null ? [] : [value]
  }
  return Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value ?? [])
}

function isWebHeaders(headers: WebhookHeaders): headers is WebHeaders {
  return typeof headers['get'] === 'function'
}
