import type { Connector, ConnectorLimits, DeliveryResult, SubtotalEvent } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import type { SuiteConnectorOptions } from '../../src/suite/connector-case.ts'
import { toyConnector } from '../toy-connector.ts'

/** A factory for the suite. */
export type Create = (options: SuiteConnectorOptions) => Connector

/** A connector with one fault. */
export interface BrokenConnector {
  readonly fault: string
  readonly create: Create
  /** What the case must say of it. */
  readonly says: RegExp
}

export const createToy: Create = toyConnector()

/** The toy connector with some of its members replaced. */
export function replace(
  change: (inner: Connector, options: SuiteConnectorOptions) => Partial<Connector>,
  create: Create = createToy,
): Create {
  return (options) => {
    const inner = create(options)
    return { ...inner, ...change(inner, options) }
  }
}

/** The toy connector with its results changed. */
export function withResults(
  change: (results: readonly DeliveryResult[], events: readonly SubtotalEvent[]) => readonly DeliveryResult[],
): Create {
  return replace((inner) => ({
    deliver: async (events, options) => change(await inner.deliver(events, options), events),
  }))
}

/** The toy connector with single results changed. */
export function withEachResult(change: (result: DeliveryResult) => DeliveryResult): Create {
  return withResults((results) => results.map(change))
}

/** The toy connector without an option. */
export function ignoring(...names: readonly (keyof SuiteConnectorOptions)[]): Create {
  return (options) => {
    const { apiKey, baseUrl, ...rest } = options
    const kept = Object.entries(rest).filter(([name]) => !names.some((ignored) => ignored === name))
    return createToy({ ...Object.fromEntries(kept), apiKey, baseUrl })
  }
}

export const rejected: DeliveryResult = { status: 'rejected', error: new ConnectorError('ERR_REJECTED', 'no') }
export const blocked: DeliveryResult = { status: 'blocked', error: new ConnectorError('ERR_CREDENTIALS', 'no') }
export const tooLarge: DeliveryResult = { status: 'rejected', error: new ConnectorError('ERR_TOO_LARGE', 'no') }
export const delivered: DeliveryResult = { status: 'delivered' }
export const unlimited: ConnectorLimits = {
  ...createToy({ apiKey: 'key', baseUrl: 'https://toy.example' }).limits,
  maxMessagesPerRequest: 1_000,
}

export function isRejected({ status }: DeliveryResult): boolean {
  return status === 'rejected'
}

/** For each case, by its name in `connectorCases`, connectors that must not pass it. */
export type BrokenConnectors = Readonly<Record<string, readonly BrokenConnector[]>>
