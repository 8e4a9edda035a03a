import type { AcceptedKlaviyoEvent } from './mock-klaviyo-event.ts'
import type { MockRequest, MockServerOptions } from './mock-server.ts'

/** A private key that `createMockKlaviyo` always answers 401, to test what a wrong key does. */
export const revokedKlaviyoKey = 'pk_revoked'

/** A scope of a private key. */
export type KlaviyoScope = 'events:write' | 'accounts:read'

/** Options of `createMockKlaviyo`. Where Klaviyo's own pages disagree or are silent, an option chooses. */
export interface MockKlaviyoOptions extends MockServerOptions<AcceptedKlaviyoEvent> {
  /** The one key that is accepted. Default: every key but `revokedKlaviyoKey`. */
  readonly apiKey?: string
  /** What the key may do; anything else is answered 403. Default: both. */
  readonly scopes?: readonly KlaviyoScope[]
  /** The status for a missing or wrong key: the error guide says 401, the authentication guide 400. Default 401. */
  readonly authenticationStatus?: 400 | 401
  /**
   * What a repeated `unique_id` inside one bulk job does: `'refuse'` answers 400 and takes nothing, as the OpenAPI document
   * says; `'discard'` answers 202 and drops the repeats, as the guide says. Default `'refuse'`.
   */
  readonly repeatsInJob?: 'refuse' | 'discard'
  /**
   * What a breach of the data limits inside an event does: `'lose'` answers 202 and drops the event, `'refuse'` answers 400.
   * Default `'lose'`.
   */
  readonly dataLimits?: 'lose' | 'refuse'
  /** Whether the account has SMS set up; without it a phone number alone identifies nobody. Default `true`. */
  readonly smsEnabled?: boolean
  /** Ids of the profiles that exist; an event with any other `id` is lost. Default: none. */
  readonly profileIds?: readonly string[]
  /** Whether the documented burst and steady limits are answered 429. Default `false`. */
  readonly rateLimits?: boolean
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/** `MockKlaviyoOptions` with the defaults filled in, as far as the rules need them. */
export interface KlaviyoSettings {
  readonly apiKey: string | undefined
  readonly scopes: readonly KlaviyoScope[]
  readonly authenticationStatus: 400 | 401
  readonly repeatsInJob: 'refuse' | 'discard'
  readonly dataLimits: 'lose' | 'refuse'
  readonly smsEnabled: boolean
  readonly profileIds: ReadonlySet<string>
  readonly rateLimits: boolean
  readonly now: () => number
}

/** A request as the rules see it. */
export interface KlaviyoCall {
  readonly request: MockRequest
  /** Without the query. */
  readonly path: string
  readonly settings: KlaviyoSettings
  /** When the request came in, in milliseconds since 1970. */
  readonly nowMs: number
}

/** Fills in the defaults. */
export function toKlaviyoSettings(options: MockKlaviyoOptions): KlaviyoSettings {
  return {
    apiKey: options.apiKey,
    scopes: options.scopes ?? ['events:write', 'accounts:read'],
    authenticationStatus: options.authenticationStatus ?? 401,
    repeatsInJob: options.repeatsInJob ?? 'refuse',
    dataLimits: options.dataLimits ?? 'lose',
    smsEnabled: options.smsEnabled ?? true,
    profileIds: new Set(options.profileIds),
    rateLimits: options.rateLimits ?? false,
    now: options.now ?? Date.now,
  }
}
