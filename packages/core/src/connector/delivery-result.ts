import type { ConnectorError } from '../errors/connector-error.ts'

/** Why an event is worth another attempt. */
export type RetryReason = 'rate_limited' | 'unavailable' | 'timeout' | 'network' | 'unreadable'

/** The destination accepted the event. */
export interface Delivered {
  readonly status: 'delivered'
  /** What a person should know all the same: something was trimmed, or the destination is known to ignore part of it. */
  readonly warnings?: readonly string[]
}

/** The configuration says not to send it. */
export interface Skipped {
  readonly status: 'skipped'
  readonly reason: string
}

/** This event will never be accepted as it is. The error keeps the destination's words, redacted. */
export interface Rejected {
  readonly status: 'rejected'
  readonly error: ConnectorError
}

/** Not delivered as far as is known; the same event may succeed later. */
export interface Retry {
  readonly status: 'retry'
  readonly reason: RetryReason
  readonly error: ConnectorError
  /** How long the destination asked to be left alone, at most one hour. Holds for the whole destination. */
  readonly retryAfterMs?: number
  /** The request went out and its fate is unknown: another attempt may make a duplicate where the vendor does not deduplicate. */
  readonly mayHaveArrived?: boolean
}

/** Nothing will be accepted until a person changes the configuration: a key, a permission, a region, a retired API revision. */
export interface Blocked {
  readonly status: 'blocked'
  readonly error: ConnectorError
}

/** What became of one event. */
export type DeliveryResult = Delivered | Skipped | Rejected | Retry | Blocked
