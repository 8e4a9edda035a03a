import { createBrazeConnector } from '@subtotal-connectors/braze'
import type { Connector, IdentifierKind } from '@subtotal-connectors/core'
import { identifierKinds, OptionsError } from '@subtotal-connectors/core'
import { createCustomerioConnector } from '@subtotal-connectors/customerio'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import { ConfigurationError } from './configuration-error.ts'
import type { EnvironmentName } from './environment.ts'
import { parseLinkUrl } from './parse-settings.ts'
import type { Environment } from './read-environment.ts'

type DestinationName = 'braze' | 'klaviyo' | 'customerio'
type IdentifyBy<Kind> = Kind | readonly Kind[]

/** Which variable sets which option. */
const variables = {
  braze: { apiKey: 'BRAZE_API_KEY', instance: 'BRAZE_INSTANCE', identifyBy: 'BRAZE_IDENTIFY_BY', baseUrl: 'BRAZE_BASE_URL' },
  klaviyo: { apiKey: 'KLAVIYO_API_KEY', identifyBy: 'KLAVIYO_IDENTIFY_BY', baseUrl: 'KLAVIYO_BASE_URL' },
  customerio: {
    apiKey: 'CUSTOMERIO_API_KEY',
    region: 'CUSTOMERIO_REGION',
    identifyBy: 'CUSTOMERIO_IDENTIFY_BY',
    baseUrl: 'CUSTOMERIO_BASE_URL',
  },
} as const satisfies Record<DestinationName, Record<string, EnvironmentName>>

/**
 * The destinations whose key is set. Throws a `ConfigurationError` that names the variable when one is half set, or set to what
 * cannot work.
 */
export function environmentDestinations(values: Environment): Readonly<Record<string, Connector>> {
  const common = commonOptions(values)
  const destinations: Record<string, Connector> = {}
  const add = (name: DestinationName, create: (apiKey: string) => Connector): void => {
    const apiKey = readKey(name, values)
    if (apiKey !== undefined) destinations[name] = named(name, () => create(apiKey))
  }
  add('braze', (apiKey) => createBrazeConnector({ apiKey, ...common, ...brazeOptions(values) }))
  add('klaviyo', (apiKey) => createKlaviyoConnector({ apiKey, ...common, ...addressOptions('klaviyo', values, identifierKinds) }))
  add('customerio', (apiKey) => createCustomerioConnector({ apiKey, ...common, ...customerioOptions(values) }))
  return destinations
}

function readKey(name: DestinationName, values: Environment): string | undefined {
  const apiKey = values[variables[name].apiKey]
  if (apiKey !== undefined) return apiKey
  const stray = Object.values(variables[name]).find((variable) => values[variable] !== undefined)
  if (stray === undefined) return undefined
  throw new ConfigurationError(`${stray} is set and ${variables[name].apiKey} is not. Set the key too, or remove ${stray}.`)
}

function commonOptions(values: Environment): { currency?: string; linkUrl?: string | Readonly<Record<string, string>> } {
  const { RELAY_CURRENCY: currency, SUBTOTAL_LINK_URL: linkUrl } = values
  return {
    ...(currency === undefined ? {} : { currency }),
    ...(linkUrl === undefined ? {} : { linkUrl: parseLinkUrl(linkUrl) }),
  }
}

function addressOptions<Kind extends IdentifierKind>(
  name: DestinationName,
  values: Environment,
  kinds: readonly Kind[],
): { identifyBy?: IdentifyBy<Kind>; baseUrl?: string } {
  const identifyBy = values[variables[name].identifyBy]
  const baseUrl = values[variables[name].baseUrl]
  return {
    ...(identifyBy === undefined ? {} : { identifyBy: parseIdentifyBy(variables[name].identifyBy, identifyBy, kinds) }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  }
}

function brazeOptions(values: Environment): { instance?: string; identifyBy?: IdentifyBy<IdentifierKind>; baseUrl?: string } {
  const { BRAZE_INSTANCE: instance, BRAZE_BASE_URL: baseUrl } = values
  if (instance === undefined && baseUrl === undefined) {
    throw new ConfigurationError(
      'BRAZE_API_KEY is set and BRAZE_INSTANCE is not. Set it to the instance of your Braze dashboard, for example US-01 or EU-02.',
    )
  }
  return { ...(instance === undefined ? {} : { instance }), ...addressOptions('braze', values, identifierKinds) }
}

type CustomerioKind = 'email' | 'customerId'

function customerioOptions(values: Environment): {
  region?: 'us' | 'eu'
  identifyBy?: IdentifyBy<CustomerioKind>
  baseUrl?: string
} {
  const text = values.CUSTOMERIO_REGION
  const region = (['us', 'eu'] as const).find((known) => known === text?.toLowerCase())
  if (text !== undefined && region === undefined) throw new ConfigurationError('CUSTOMERIO_REGION must be us or eu.')
  const address = addressOptions<CustomerioKind>('customerio', values, ['email', 'customerId'])
  return { ...(region === undefined ? {} : { region }), ...address }
}

function parseIdentifyBy<Kind extends IdentifierKind>(name: string, text: string, allowed: readonly Kind[]): IdentifyBy<Kind> {
  const kinds = text.split(',').map((kind) => allowed.find((known) => known === kind.trim()))
  const known = kinds.filter((kind) => kind !== undefined)
  const [first] = known
  if (first === undefined || known.length < kinds.length) {
    throw new ConfigurationError(`${name} must be ${allowed.join(' or ')}; several are separated by commas.`)
  }
  return known.length === 1 ? first : known
}

/** Says which variable sets an option that the connector refuses. */
function named(name: DestinationName, create: () => Connector): Connector {
  try {
    return create()
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error
    const all: Record<string, string> = { ...variables[name], currency: 'RELAY_CURRENCY', linkUrl: 'SUBTOTAL_LINK_URL' }
    const meant = Object.entries(all).filter(([option]) => new RegExp(`\\b${option}\\b`).test(error.message))
    const where = meant.map(([option, variable]) => `${option} is set with ${variable}`).join(', ')
    throw new ConfigurationError(where === '' ? error.message : `${error.message} (${where})`)
  }
}
