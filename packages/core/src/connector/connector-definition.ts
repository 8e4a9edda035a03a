import type { ZodType } from 'zod'
import type { ConnectorError } from '../errors/connector-error.ts'
import type { SubtotalEvent, SubtotalEventType } from '../event/subtotal-event.ts'
import type { RetryAfterHeaders } from '../http/parse-retry-after.ts'
import type { Identifier } from '../identity/identify.ts'
import type { CheckResult, ConnectorLimits } from './connector.ts'
import type { ConnectorOptions } from './connector-options.ts'
import type { Blocked, Delivered, Rejected, Retry } from './delivery-result.ts'

/** Properties of an event or a person at the destination. */
export type Properties = Record<string, unknown>

/** What a mapping is given besides the event. */
export interface MappingContext {
  /** The event's name at the destination: the default, or the one set with the option `events`. */
  readonly eventName: string
  /** The person, by the one identifier that the option `identifyBy` chose. */
  readonly identifier: Identifier
  /** Where the customer links this connection again; absent when the option `linkUrl` has none for its retailer. */
  readonly linkUrl?: string
  /** Applies the option `properties` to the default properties. Call it once for the event's own properties. */
  properties(defaults: Properties): Properties
}

/** An event in the destination's words. */
export interface Mapped<Message> {
  /** Usually one. The event is delivered when all of them are. */
  readonly messages: readonly Message[]
  /** Told with the event's `delivered` result. */
  readonly warnings?: readonly string[]
}

/** A request to the destination, without credentials. */
export interface DestinationRequest {
  /** From the first slash: `/users/track`. */
  readonly path: string
  readonly body: unknown
}

/** The destination's answer, read whole and bounded. */
export interface DestinationResponse {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The body parsed as JSON; `undefined` when it is empty or is not JSON. */
  readonly json: unknown
  /** The body as text, at most 1 MiB. Holds whatever the destination says, perhaps about people. */
  readonly text: string
}

/**
 * Not accepted, and not known whether through its own fault: the request was refused as a whole. The runtime sends the message
 * again without those that are known to be bad, or in smaller groups, until its own result is known.
 */
export interface Refused {
  readonly status: 'refused'
  /** The event's error if it turns out to be at fault. */
  readonly error: ConnectorError
}

/** What became of one message of a request. */
export type MessageResult = Delivered | Rejected | Retry | Blocked | Refused

/** What `check` may do: one request with the credentials, no retry. */
export interface CheckRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
}

/** How to speak to a destination's API. `Message` is one object of its request. */
export interface DestinationApi<Message> {
  /** For sentences: `Braze`. */
  readonly title: string
  /** Scheme, host and port; never a path. */
  readonly origin: string
  /** Sent with every request and shown by `plan`. `content-type` is `application/json` unless it is given here. */
  readonly headers: Readonly<Record<string, string>>
  /** Sent with every request and never shown: `{ authorization: 'Bearer …' }`. */
  readonly credentials: Readonly<Record<string, string>>
  readonly limits: ConnectorLimits
  /** Messages → request. Pure. Called with at least one message and no more than the limits allow. */
  toRequest(messages: readonly Message[]): DestinationRequest
  /**
   * Response → one result per message, in order. Pure. Return `undefined` for the default reading of the status, see
   * `classifyResponse`. A message without a result counts as not delivered.
   */
  mapResponse(response: DestinationResponse, messages: readonly Message[]): readonly MessageResult[] | undefined
  /** Messages of one call with the same key are sent once and share the result; for vendors that refuse repeats inside a request. */
  dedupeKey?(message: Message): string
  /** Which of the vendor's headers say how long to wait. */
  readonly retryAfterHeaders?: RetryAfterHeaders
  /** What becomes of a message that may have arrived. Default `'retry'`; `'reject'` makes it `ERR_OUTCOME_UNKNOWN`. */
  readonly onUnknownOutcome?: 'retry' | 'reject'
  /** Whether a redirect to this URL may be followed with the same body and credentials. Default: no redirect is followed. */
  mayFollowRedirect?(url: URL): boolean
}

/** A destination, set up for one set of options. */
export interface Destination<Message> extends DestinationApi<Message> {
  /** Default names. */
  readonly eventNames: Readonly<Record<SubtotalEventType, string>>
  /**
   * Event → messages. Pure. Throw a `ConnectorError` to reject the event with its code; anything else that is thrown rejects
   * it with `ERR_MAPPING`.
   */
  toMessages(event: SubtotalEvent, context: MappingContext): Mapped<Message>
  /** Answers `check`; `request` sends with the credentials and rejects with a `ConnectorError` when there is no answer. */
  check(request: (request: CheckRequest) => Promise<DestinationResponse>): Promise<CheckResult>
}

/** How a destination's own options are checked; a common option may be narrowed here too. */
export type OptionsShape<Options extends ConnectorOptions> = {
  readonly [Name in Exclude<keyof Options, keyof ConnectorOptions>]-?: ZodType
} & { readonly [Name in keyof ConnectorOptions]?: ZodType }

/** What a destination's author writes; `defineConnector` makes the factory. */
export interface ConnectorDefinition<Options extends ConnectorOptions, Message> {
  /** The kind of destination: `braze`. */
  readonly name: string
  /**
   * A zod schema for each option of the destination's own, `.exactOptional()` where it may be left out. They are checked
   * together with the common options, strictly: an unknown option is refused by name.
   */
  readonly optionsShape: OptionsShape<Options>
  /** Called once per connector, with valid options. Throw an `OptionsError` for what only fits together with other options. */
  configure(options: Options): Destination<Message>
}
