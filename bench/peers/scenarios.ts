import type { Destination } from './peer-sender.ts'

/** One row of a table: who sends to whom. */
export interface Scenario {
  readonly destination: Destination
  /** A name of `openSender`. */
  readonly sender: string
  readonly label: string
  /** Whether mapping an event to the vendor's form is part of what is measured. */
  readonly maps: boolean
}

/** Events in one request: what the vendor takes at most, or our connector's own limit where the vendor states none. */
export const batchSizes: Readonly<Record<Destination, number>> = { klaviyo: 1_000, braze: 75, customerio: 100 }

const ours = { sender: 'ours', label: 'ours', maps: true }
const segment = { sender: 'segment', label: '@segment/action-destinations, preset mapping', maps: true }
const segmentByField = { sender: 'segment-by-field', label: '@segment/action-destinations, each property mapped', maps: true }

/** All rows, ours first in each destination. */
export const scenarios: readonly Scenario[] = [
  { destination: 'klaviyo', ...ours },
  { destination: 'klaviyo', ...segment },
  { destination: 'klaviyo', ...segmentByField },
  { destination: 'klaviyo', sender: 'klaviyo-api', label: 'klaviyo-api', maps: false },
  { destination: 'braze', ...ours },
  { destination: 'braze', ...segment },
  { destination: 'braze', ...segmentByField },
  { destination: 'customerio', ...ours },
  { destination: 'customerio', ...segment },
  { destination: 'customerio', ...segmentByField },
  { destination: 'customerio', sender: 'cdp-analytics-node', label: '@customerio/cdp-analytics-node', maps: false },
  { destination: 'customerio', sender: 'customerio-node', label: 'customerio-node', maps: false },
]
