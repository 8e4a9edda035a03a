import type { ConnectorOptions, OptionsShape } from '@subtotal-connectors/core'
import { OptionsError } from '@subtotal-connectors/core'
import { z } from 'zod'
import { maxMetricNameLength } from './klaviyo-limits.ts'

/** Options of `createKlaviyoConnector`. `apiKey` is a private key (`pk_…`) with the scope `events:write`. */
export interface KlaviyoConnectorOptions extends ConnectorOptions {
  /**
   * Whether historical purchases are marked `backfill`, so that Klaviyo records them without starting flows. Default `true`.
   * Source: https://developers.klaviyo.com/en/reference/create_event.
   */
  backfill?: boolean
  /**
   * Which amount of a purchase is the event's `value`, with `currency` as its `value_currency`. Default: none, and both are left
   * out. Once a metric has had a value, Klaviyo counts later events without one as 0.
   */
  value?: 'total' | 'subtotal'
}

/** How Klaviyo's own options are checked. */
export const klaviyoOptionsShape: OptionsShape<KlaviyoConnectorOptions> = {
  backfill: z.boolean().exactOptional(),
  value: z.enum(['total', 'subtotal']).exactOptional(),
}

/** Throws an `OptionsError` for a new name of an event that Klaviyo would not take as a metric's name. */
export function assertMetricNames(events: ConnectorOptions['events'] = {}): void {
  for (const [type, name] of Object.entries(events)) {
    if (typeof name === 'string' && name.length > maxMetricNameLength) {
      throw new OptionsError(
        `The klaviyo connector cannot be made: option "events.${type}": has ${name.length} characters, Klaviyo takes at most ${maxMetricNameLength} in a metric's name.`,
      )
    }
  }
}
