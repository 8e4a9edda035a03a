/** Klaviyo's pages that the rules come from. */
export const klaviyoPages = {
  openapi: 'https://github.com/klaviyo/openapi',
  createEvent: 'https://developers.klaviyo.com/en/reference/create_event',
  bulkCreateEvents: 'https://developers.klaviyo.com/en/reference/bulk_create_events',
  events: 'https://developers.klaviyo.com/en/reference/events_api_overview',
  profiles: 'https://developers.klaviyo.com/en/reference/profiles_api_overview',
  errors: 'https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling',
  versions: 'https://developers.klaviyo.com/en/docs/api_versioning_and_deprecation_policy',
  authentication: 'https://developers.klaviyo.com/en/docs/authenticate_',
  phoneNumbers: 'https://community.klaviyo.com/developer-group-64/api-validation-improvements-for-phone-number-handling-18034',
  unknownFields: 'https://github.com/klaviyo/klaviyo-api-node/issues/67',
  invalidPayload: 'https://github.com/klaviyo/klaviyo-api-ruby/issues/15',
} as const

/** What is wrong with a request, in the words of one error object. */
export interface KlaviyoFault {
  readonly detail: string
  /** Where in the body, as a JSON pointer. */
  readonly pointer?: string
  /** Which query parameter or header. */
  readonly parameter?: string
}

/** One documented reason for which Klaviyo refuses a request. */
export interface KlaviyoRule<Subject> {
  /** What is refused. */
  readonly name: string
  /** The page that says so. */
  readonly source: string
  /** What the page leaves open; the mock then takes the stricter reading. */
  readonly doubt?: string
  readonly status: number
  readonly code: string
  readonly title: string
  /** The faults found; none when the rule is kept. */
  find(subject: Subject): readonly KlaviyoFault[]
}

/** A rule whose breach is answered 400 `invalid`. */
export function invalid<Subject>(
  name: string,
  source: string,
  find: (subject: Subject) => KlaviyoFault | readonly KlaviyoFault[] | undefined,
): KlaviyoRule<Subject> {
  return {
    name,
    source,
    status: 400,
    code: 'invalid',
    title: 'Invalid input.',
    find: (subject) => [find(subject) ?? []].flat(),
  }
}

/** Tells a JSON object from everything else. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path of keys; `undefined` where the path ends early. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value)
}

/** The value as a list; empty when it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Whether a field is left out, which `null` says too. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null
}
