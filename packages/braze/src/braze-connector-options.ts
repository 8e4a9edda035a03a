import type { ConnectorOptions, OptionsShape } from '@subtotal-connectors/core'
import { z } from 'zod'
import type { BrazeInstance } from './braze-instances.ts'
import { brazeInstances, brazeOrigin } from './braze-instances.ts'
import { maxObjectsPerRequest } from './braze-limits.ts'

/**
 * Options of {@link createBrazeConnector}: those of every connector, and Braze's own. `apiKey` is a REST API key with the
 * permission `users.track`. `currency` changes nothing here: Subtotal's purchase event for Braze has none; add one with
 * `properties` where it is wanted.
 */
export interface BrazeConnectorOptions extends ConnectorOptions {
  /**
   * The instance that the dashboard runs on: one of {@link brazeInstances}, in any case. Needed unless `baseUrl` is given,
   * which wins; use `baseUrl` for an instance that is not listed. A key works on its own instance alone.
   */
  instance?: BrazeInstance | (string & Record<never, never>)
  /** Events and attribute objects in one request, 1 to 75. Default 75. Lower it where the contract says less. */
  maxObjectsPerRequest?: number
  /**
   * `true`: people that Braze does not know yet are not created; Braze drops what is sent for them without a word, and it
   * counts as delivered. Default `false`: Braze creates them.
   */
  updateExistingOnly?: boolean
  /**
   * What becomes of an event that may have arrived, after a lost or unreadable answer. Braze has no deduplication: `'retry'`
   * (default) can make a duplicate, `'reject'` gives up with `ERR_OUTCOME_UNKNOWN` and can lose the event.
   */
  onUnknownOutcome?: 'retry' | 'reject'
}

const names = Object.keys(brazeInstances).join(', ')

/** How Braze's own options are checked. */
export const brazeOptionsShape: OptionsShape<BrazeConnectorOptions> = {
  instance: z
    .string()
    .refine((value) => brazeOrigin(value) !== undefined, `must be one of ${names}; for another instance set baseUrl`)
    .exactOptional(),
  maxObjectsPerRequest: z.number().int().min(1).max(maxObjectsPerRequest).exactOptional(),
  updateExistingOnly: z.boolean().exactOptional(),
  onUnknownOutcome: z.enum(['retry', 'reject']).exactOptional(),
}
