import type { Connector, RequestRate } from '@subtotal-connectors/core'
import type { LaneSettings } from './lane-settings.ts'
import type { RetryPolicy } from './retry-policy.ts'

const unknownOutcomesWithoutId = 3
const msPerSecond = 1_000

/** The policy of one lane: what its settings say, then what the vendor can tell, then the relay's own. */
export function lanePolicy(base: RetryPolicy, connector: Connector, settings: LaneSettings): RetryPolicy {
  const unknownOutcomes = connector.limits.deduplicates === 'no' ? unknownOutcomesWithoutId : base.maxUnknownOutcomes
  return { ...base, ...settings.retry, maxUnknownOutcomes: settings.maxUnknownOutcomes ?? unknownOutcomes }
}

/** The rates that a lane keeps. */
export function laneRates(connector: Pick<Connector, 'limits'>, settings: LaneSettings): readonly RequestRate[] {
  const { requestsPerSecond } = settings
  // A connector of a brand's own, in JavaScript, may leave them out.
  return requestsPerSecond === undefined
    ? (connector.limits.requestRates ?? [])
    : [{ requests: requestsPerSecond, perMs: msPerSecond }]
}
