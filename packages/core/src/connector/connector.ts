import type { SubtotalEvent } from '../event/subtotal-event.ts'
import type { DeliveryResult, Rejected, Skipped } from './delivery-result.ts'

/** A request rate that the vendor documents: at most `requests` in any `perMs` milliseconds. */
export interface RequestRate {
  readonly requests: number
  readonly perMs: number
}

/** What the destination documents about itself. */
export interface ConnectorLimits {
  /** Messages in one request. An event is one message, or two where its profile is sent as attributes too. */
  readonly maxMessagesPerRequest: number
  /** UTF-8 bytes of one request's body. */
  readonly maxBytesPerRequest: number
  /** UTF-8 bytes of one message; absent where only the request is limited. */
  readonly maxBytesPerMessage?: number
  /** All of them hold at once. */
  readonly requestRates: readonly RequestRate[]
  /**
   * What the vendor does with an event that comes twice. `yes`: it documents that the repeat is ignored. `unconfirmed`: every copy
   * carries the same id, but no document says what becomes of the second. `no`: nothing tells it from another event, so an event
   * of unknown outcome is sent a limited number of times.
   */
  readonly deduplicates: 'yes' | 'unconfirmed' | 'no'
}

/** A request as it will be sent, its credentials left out. Its body holds the person's data: do not log it. */
export interface PlannedRequest {
  readonly method: 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  /** The events that this request carries, by `event.id`. */
  readonly eventIds: readonly string[]
}

/** An event that will not be sent, and why. */
export interface NotSent {
  readonly eventId: string
  readonly result: Skipped | Rejected
}

/** What `deliver` would do with the same events. */
export interface Plan {
  readonly requests: readonly PlannedRequest[]
  readonly notSent: readonly NotSent[]
  /** What would come with a delivered event, by event. */
  readonly warnings: readonly { readonly eventId: string; readonly warning: string }[]
}

/** What `check` found out, in sentences for a person. */
export interface CheckResult {
  /** True when nothing found would keep events from being delivered. */
  readonly ok: boolean
  /** What was proved, and how. */
  readonly proved: readonly string[]
  /** What keeps events from being delivered, and what fixes it. */
  readonly problems: readonly string[]
  /** What works, but perhaps not as meant; also what could not be proved. */
  readonly notes: readonly string[]
}

/** What a call that waits accepts. */
export interface CallOptions {
  /** Ends every wait at once; `deliver` then resolves, and what was not sent is `retry`. */
  readonly signal?: AbortSignal
}

/**
 * The code that speaks to one kind of destination. It never retries by itself: `deliver` says what became of each event, and
 * its caller decides. Made by `defineConnector`.
 */
export interface Connector {
  readonly specificationVersion: 'v1'
  /** The kind of destination: `braze`. */
  readonly name: string
  readonly limits: ConnectorLimits
  /** The exact requests for these events, and what is not sent and why. Pure: sends nothing. */
  plan(events: readonly SubtotalEvent[]): Plan
  /**
   * Sends the events, in as few requests as the limits allow. One result per event, same order and length, whatever happens;
   * it does not throw for anything that the destination or the network does.
   */
  deliver(events: readonly SubtotalEvent[], options?: CallOptions): Promise<readonly DeliveryResult[]>
  /** For people: whether key, region and permissions are right. Creates no data at the destination. */
  check(options?: CallOptions): Promise<CheckResult>
  /** Ends what is in flight and closes the sockets. */
  close(): Promise<void>
}
