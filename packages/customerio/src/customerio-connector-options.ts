import type { ConnectorOptions, OptionsShape } from '@subtotal-connectors/core'
import { z } from 'zod'
import type { CustomerioRegion } from './customerio-regions.ts'

/** What a person can be known by at Customer.io: a phone number cannot be a `userId`. */
export type CustomerioIdentifierKind = 'email' | 'customerId'

/** Options of {@link createCustomerioConnector}. */
export interface CustomerioConnectorOptions extends ConnectorOptions {
  /** Where the workspace lives. Default `'us'`. `baseUrl` wins over it. */
  region?: CustomerioRegion
  /**
   * Which of the customer's identifiers is the person's `userId`. Default `'email'`. A list is tried in order, and can split one
   * person in two. `'mobile'` is refused: Customer.io would take a phone number for an ordinary id and make a new person of it.
   */
  identifyBy?: CustomerioIdentifierKind | readonly CustomerioIdentifierKind[]
  /**
   * How dates are written into the person's attributes: as they came, or in Unix seconds, which date conditions of segments and
   * campaigns compare. Default `'iso'`. Events keep their dates as they came.
   */
  attributeDates?: 'iso' | 'unix'
}

const identifierKinds: readonly unknown[] = ['email', 'customerId']

function isIdentifyBy(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length > 0 && value.every((kind) => identifierKinds.includes(kind))
    : identifierKinds.includes(value)
}

function identifyByProblem(value: unknown): string {
  const kinds: readonly unknown[] = Array.isArray(value) ? value : [value]
  return kinds.includes('mobile')
    ? 'must not be or contain "mobile": Customer.io takes no phone number as the id of a person. Use "email" or "customerId"'
    : 'must be "email", "customerId", or a list of them'
}

/** How the options of this connector's own are checked. */
export const customerioOptionsShape: OptionsShape<CustomerioConnectorOptions> = {
  region: z.enum(['us', 'eu'], 'must be "us" or "eu"').exactOptional(),
  identifyBy: z
    .custom<CustomerioConnectorOptions['identifyBy']>(isIdentifyBy, { error: (issue) => identifyByProblem(issue.input) })
    .exactOptional(),
  attributeDates: z.enum(['iso', 'unix'], 'must be "iso" or "unix"').exactOptional(),
}
