/** What can be set for one destination's lane. */
export interface LaneSettings {
  /** Batches in flight at once. Default 4. */
  readonly concurrency?: number
  /**
   * How often a delivery whose outcome is unknown is retried before it becomes a dead letter `ERR_OUTCOME_UNKNOWN`. Default: 3 where
   * nothing lets the vendor tell a repeat (`limits.deduplicates` is `no`), else no limit.
   */
  readonly maxUnknownOutcomes?: number
}
