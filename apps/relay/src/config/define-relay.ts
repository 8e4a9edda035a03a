import type { Connector } from '@subtotal-connectors/core'
import type { SubtotalApi } from '@subtotal-connectors/subtotal-api'
import type { LaneSettings } from '../delivery/lane-settings.ts'
import type { RetentionSettings } from '../retention/retention-settings.ts'

/** What `relay.config.ts` may say. */
export interface RelayDefinition {
  /** By the destination's name: the names of deliveries, logs and metrics. Two destinations of one kind are allowed. */
  readonly destinations: Readonly<Record<string, Connector>>
  /** What differs from a lane's defaults, by the destination's name. */
  readonly lanes?: Readonly<Record<string, LaneSettings>>
  /** How long what is stored is kept; what is left out is as the environment or the default says. */
  readonly retention?: Partial<RetentionSettings>
  /** Subtotal's own API, for settings beyond `SUBTOTAL_API_KEY`, which it replaces: `createSubtotalApi({ … })`. */
  readonly subtotal?: SubtotalApi
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
