import { createBrazeConnector } from '@subtotal-connectors/braze'
import type { Connector } from '@subtotal-connectors/core'
import { createCustomerioConnector } from '@subtotal-connectors/customerio'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import type { Failure } from '@subtotal-connectors/testing/mocks'
import { createMockBraze, createMockCustomerio, createMockKlaviyo } from '@subtotal-connectors/testing/mocks'
import type { DestinationName } from './arrival-keys.ts'
import { brazeArrivalKey, customerioArrivalKey, klaviyoArrivalKey } from './arrival-keys.ts'

/** A mock destination of the demo, and the connector that speaks to it. */
interface DemoDestination {
  readonly url: string
  readonly connector: Connector
  /** Its next request is answered with this. */
  fail(failure: Failure): void
  close(): Promise<void>
}

/** The demo's destinations by name. */
export type DemoDestinations = Readonly<Record<DestinationName, DemoDestination>>

/** Starts the three mocks on free ports. Nothing of a request is kept but the key that `onArrival` is told. */
export async function startMockDestinations(
  onArrival: (destination: DestinationName, key: string) => void,
): Promise<DemoDestinations> {
  const keepRequests = false
  const [braze, klaviyo, customerio] = await Promise.all([
    createMockBraze({ keepRequests, onAccepted: (accepted) => onArrival('braze', brazeArrivalKey(accepted)) }),
    createMockKlaviyo({ keepRequests, onAccepted: (accepted) => onArrival('klaviyo', klaviyoArrivalKey(accepted)) }),
    createMockCustomerio({ keepRequests, onAccepted: (accepted) => onArrival('customerio', customerioArrivalKey(accepted)) }),
  ])
  const apiKey = 'demo'
  return {
    braze: withConnector(braze, createBrazeConnector({ apiKey, baseUrl: braze.url })),
    klaviyo: withConnector(klaviyo, createKlaviyoConnector({ apiKey, baseUrl: klaviyo.url })),
    customerio: withConnector(customerio, createCustomerioConnector({ apiKey, baseUrl: customerio.url })),
  }
}

interface Mock {
  readonly url: string
  fail(failure: Failure): void
  close(): Promise<void>
}

function withConnector(mock: Mock, connector: Connector): DemoDestination {
  return {
    url: mock.url,
    connector,
    fail: (failure) => mock.fail(failure),
    close: () => mock.close(),
  }
}
