import type { ConnectorOptions, OptionsShape } from '@subtotal-connectors/core'
import { z } from 'zod'

/** Options of `createIterableConnector`. `apiKey` is a server-side key of the project. */
export interface IterableConnectorOptions extends ConnectorOptions {
  /** The data center of the project. Default `'us'`. `baseUrl` wins over it. */
  region?: 'us' | 'eu'
  /** Default `'email'`; `'customerId'` is sent as `userId`. A list is tried in order. A phone number identifies nobody. */
  identifyBy?: 'email' | 'customerId' | readonly ('email' | 'customerId')[]
}

const identifierProblem = 'must be "email", "customerId" or a list of them: Iterable identifies nobody by phone'
const identifierKind = z.enum(['email', 'customerId'])

/**
 * How the options are checked that are Iterable's own, or narrower than the common ones. Profiles go as events or not at all:
 * attributes of people are another endpoint, which this example leaves out.
 */
export const iterableOptionsShape: OptionsShape<IterableConnectorOptions> = {
  region: z.enum(['us', 'eu'], 'must be "us" or "eu"').exactOptional(),
  identifyBy: z
    .union([identifierKind, z.array(identifierKind).min(1, 'must name at least one identifier')], identifierProblem)
    .exactOptional(),
  profiles: z.enum(['event', 'off'], 'must be "event" or "off"').exactOptional(),
}
