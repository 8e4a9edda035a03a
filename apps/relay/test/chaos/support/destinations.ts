import type { Failure } from '@subtotal-connectors/testing/mocks'
import { createMockBraze, createMockCustomerio, createMockKlaviyo } from '@subtotal-connectors/testing/mocks'
import type { DestinationName } from '../../../src/demo/arrival-keys.ts'
import { brazeArrivalKey, customerioArrivalKey, destinationNames, klaviyoArrivalKey } from '../../../src/demo/arrival-keys.ts'
import type { FaultProxy } from './fault-proxy.ts'
import { startFaultProxy } from './fault-proxy.ts'
import type { Oracle } from './oracle.ts'

/** The three mocks, each behind a proxy that can break the way there. */
export interface Destinations {
  /** Those of the proxies. */
  readonly urls: Readonly<Record<DestinationName, string>>
  readonly proxies: Readonly<Record<DestinationName, FaultProxy>>
  /** Those of the mocks themselves. */
  readonly mockUrls: Readonly<Record<DestinationName, string>>
  readonly mockPorts: Readonly<Record<DestinationName, number>>
  fail(destination: DestinationName, failure: Failure, times?: number): void
  refuse(destination: DestinationName, text: string): void
  recover(destination: DestinationName): void
  /** Requests that came in; 0 unless they are kept. */
  requests(destination: DestinationName): number
  close(): Promise<void>
}

/** Starts them on free ports; what arrives is told to the oracle. `keepRequests`: to count them, in a short run. */
export async function startDestinations(
  oracle: Oracle,
  { keepRequests = false, now = Date.now }: { readonly keepRequests?: boolean; readonly now?: () => number } = {},
): Promise<Destinations> {
  const common = { keepRequests, now }
  const mocks = {
    braze: await createMockBraze({ ...common, onAccepted: (one) => oracle.arrive('braze', brazeArrivalKey(one)) }),
    klaviyo: await createMockKlaviyo({ ...common, onAccepted: (one) => oracle.arrive('klaviyo', klaviyoArrivalKey(one)) }),
    customerio: await createMockCustomerio({
      ...common,
      onAccepted: (one) => oracle.arrive('customerio', customerioArrivalKey(one)),
    }),
  }
  const mockPorts = {
    braze: portOf(mocks.braze.url),
    klaviyo: portOf(mocks.klaviyo.url),
    customerio: portOf(mocks.customerio.url),
  }
  const proxies = {
    braze: await startFaultProxy(mockPorts.braze),
    klaviyo: await startFaultProxy(mockPorts.klaviyo),
    customerio: await startFaultProxy(mockPorts.customerio),
  }
  return {
    urls: { braze: proxies.braze.url, klaviyo: proxies.klaviyo.url, customerio: proxies.customerio.url },
    proxies,
    mockUrls: { braze: mocks.braze.url, klaviyo: mocks.klaviyo.url, customerio: mocks.customerio.url },
    mockPorts,
    fail: (destination, failure, times = 1) => mocks[destination].fail(failure, { times }),
    refuse: (destination, text) => mocks[destination].refuse(text),
    recover: (destination) => mocks[destination].recover(),
    requests: (destination) => mocks[destination].requests.length,
    async close() {
      await Promise.all(destinationNames.flatMap((name) => [proxies[name].close(), mocks[name].close()]))
    },
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}
