/** Customer.io's pages that the rules come from. */
export const customerioPages = {
  api: 'https://docs.customer.io/api/cdp/',
  openapi: 'https://docs.customer.io/files/pipelines.json',
  http: 'https://docs.customer.io/integrations/data-in/connections/http-api.md',
  strictMode: 'https://docs.customer.io/integrations/api/track-vs-cdp-api',
  fields: 'https://docs.customer.io/cdp/sources/source-spec/common-fields',
  journeysEvents: 'https://docs.customer.io/integrations/data-in/semantic-events/cio-journeys.md',
  trackOpenapi: 'https://docs.customer.io/files/journeys-track.json',
  ecommerce: 'https://docs.customer.io/integrations/data-in/semantic-events/ecommerce',
} as const

/** A JSON object. */
export type CustomerioObject = Readonly<Record<string, unknown>>

/** One reason for which Customer.io refuses a request or a message in strict mode, and loses it without a word otherwise. */
export interface CustomerioRule<Subject> {
  /** What is refused. */
  readonly name: string
  /** The page that says so. */
  readonly source: string
  /** What the page leaves open; the mock takes the stricter reading. */
  readonly doubt?: string
  /** The text in the answer's `meta.errors`; the vendor's own texts are not documented. Holds no value of the message. */
  readonly error: string
  isBroken(subject: Subject): boolean
}

/** Tells a JSON object from everything else. */
export function isObject(value: unknown): value is CustomerioObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path of keys; `undefined` where the path ends early. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value)
}

/** Whether a value is an RFC 3339 date-time with a zone and milliseconds at most. */
export function isDateTime(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,3})?([Zz]|[+-]\d{2}:\d{2})$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  )
}

/** Whether a value is a string with something in it. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** UTF-8 bytes of a value's JSON. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
