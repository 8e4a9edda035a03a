/** Batches in flight at once, unless set. */
export const defaultConcurrency = 4

/** What can be set for one destination's lane. */
export interface LaneSettings {
  /** Batches in flight at once. Default 4. */
  readonly concurrency?: number
  /**
   * How often a delivery whose outcome is unknown is retried before it becomes a dead letter `ERR_OUTCOME_UNKNOWN`. Default: 3 where
   * nothing lets the vendor tell a repeat (`limits.deduplicates` is `no`), else no limit.
   */
  readonly maxUnknownOutcomes?: number
  /**
   * `customer`: a later event of a customer is not sent before an earlier one is settled or dead. Each event of a customer then takes a call
   * of its own, and one that waits for its retry keeps the customer's later ones waiting. Default `none`.
   */
  readonly ordering?: 'none' | 'customer'
  /**
   * Calls that begin per second; may be less than 1. Default: the rates that the vendor documents (`limits.requestRates`). Set it to what
   * your contract allows, or to leave room for others that use the same key.
   */
  readonly requestsPerSecond?: number
  /** When failed deliveries are tried again. */
  readonly retry?: RetrySettings
}

/** What can be set of the retries of one destination. Times in milliseconds. */
export interface RetrySettings {
  /** Before the first retry; each further one waits three times longer, an hour at most. Default 5 s. */
  readonly firstDelayMs?: number
  /** A failed attempt after this time makes a dead letter `ERR_MAX_AGE`. Default 72 h. */
  readonly maxAgeMs?: number
  /** The waits themselves, instead: before the first retry, before the second, and so on; the last one repeats until `maxAgeMs`. */
  readonly schedule?: readonly number[]
}
