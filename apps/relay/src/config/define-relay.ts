import type { Connector } from '@subtotal-connectors/core'
import type { LaneSettings } from '../delivery/lane-settings.ts'

/** What `relay.config.ts` may say. */
export interface RelayDefinition {
  /** By the destination's name: the names of deliveries, logs and metrics. Two destinations of one kind are allowed. */
  readonly destinations: Readonly<Record<string, Connector>>
  /** What differs from a lane's defaults, by the destination's name. */
  readonly lanes?: Readonly<Record<string, LaneSettings>>
}

/**
 * The default export of `relay.config.ts`. Its destinations replace those of the environment.
 *
 * @example
 * export default defineRelay({ destinations: { braze: createBrazeConnector({ apiKey, instance: 'US-01' }) } })
 */
export function defineRelay(config: RelayDefinition): RelayDefinition {
  return config
}
