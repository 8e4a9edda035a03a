import { createBrazeConnector } from '@subtotal-connectors/braze'
import type { Connector } from '@subtotal-connectors/core'
import { OptionsError } from '@subtotal-connectors/core'
import { createCustomerioConnector } from '@subtotal-connectors/customerio'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import type { EnvironmentName } from '../../config/environment.ts'

/** The kinds of destinations that `init` sets up. */
export const destinationNames = ['braze', 'klaviyo', 'customerio'] as const

/** One of {@link destinationNames}. */
export type DestinationName = (typeof destinationNames)[number]

/** What a person says who a customer is. */
export const identifierKinds = ['email', 'customerId', 'mobile'] as const

/** One of {@link identifierKinds}. */
export type IdentifyBy = (typeof identifierKinds)[number]

/** The options of a connector that `init` writes down, besides its key. */
export interface DestinationOptions {
  /** Braze's. */
  readonly instance?: string
  /** Customer.io's. */
  readonly region?: 'us' | 'eu'
  readonly baseUrl?: string
  readonly identifyBy: IdentifyBy
  readonly historical: 'send' | 'skip'
  readonly linkUrl?: string | Readonly<Record<string, string>>
}

/** How a kind of destination is set up. */
export interface DestinationKind {
  readonly title: string
  readonly package: string
  readonly factory: string
  readonly keyVariable: EnvironmentName
  readonly baseUrlVariable: EnvironmentName
  /** Where its key comes from. */
  readonly keyHint: string
  /** Throws an `OptionsError` that names what is wrong. */
  create(apiKey: string, options: DestinationOptions): Connector
}

/** Every kind of destination that `init` sets up. */
export const destinationKinds: Readonly<Record<DestinationName, DestinationKind>> = {
  braze: {
    title: 'Braze',
    package: '@subtotal-connectors/braze',
    factory: 'createBrazeConnector',
    keyVariable: 'BRAZE_API_KEY',
    baseUrlVariable: 'BRAZE_BASE_URL',
    keyHint: 'a REST API key with the permission users.track',
    create: (apiKey, { region: _region, ...options }) => createBrazeConnector({ apiKey, ...options }),
  },
  klaviyo: {
    title: 'Klaviyo',
    package: '@subtotal-connectors/klaviyo',
    factory: 'createKlaviyoConnector',
    keyVariable: 'KLAVIYO_API_KEY',
    baseUrlVariable: 'KLAVIYO_BASE_URL',
    keyHint: 'a private key with the scopes events:write and profiles:write',
    create: (apiKey, { region: _region, instance: _instance, ...options }) => createKlaviyoConnector({ apiKey, ...options }),
  },
  customerio: {
    title: 'Customer.io',
    package: '@subtotal-connectors/customerio',
    factory: 'createCustomerioConnector',
    keyVariable: 'CUSTOMERIO_API_KEY',
    baseUrlVariable: 'CUSTOMERIO_BASE_URL',
    keyHint: 'the write key of a Pipelines source',
    create(apiKey, { instance: _instance, identifyBy, ...options }) {
      if (identifyBy === 'mobile') throw new OptionsError('Customer.io cannot identify by phone: use email or customerId.')
      return createCustomerioConnector({ apiKey, ...options, identifyBy })
    },
  },
}
