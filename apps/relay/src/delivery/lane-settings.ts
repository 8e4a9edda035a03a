/** What can be set for one destination's lane. */
export interface LaneSettings {
  /** Batches in flight at once. Default 4. */
  readonly concurrency?: number
  /**
   * How often a delivery whose outcome is unknown is retried before it becomes a dead letter `ERR_OUTCOME_UNKNOWN`. Default: 3 for
   * Braze, which has no id to tell a repeat by, and no limit for other destinations.
   */
  readonly maxUnknownOutcomes?: number
}

/** Defaults that depend on the kind of connector, by `connector.name`. */
export const laneDefaults: Readonly<Record<string, LaneSettings>> = { braze: { maxUnknownOutcomes: 3 } }
