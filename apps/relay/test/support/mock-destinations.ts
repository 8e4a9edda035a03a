import { createBrazeConnector } from '@subtotal-connectors/braze'
import type { Connector } from '@subtotal-connectors/core'
import { createCustomerioConnector } from '@subtotal-connectors/customerio'
import { createKlaviyoConnector } from '@subtotal-connectors/klaviyo'
import type { Failure, GeneratedWebhook } from '@subtotal-connectors/testing/mocks'
import { createMockBraze, createMockCustomerio, createMockKlaviyo } from '@subtotal-connectors/testing/mocks'
import { onTestFinished } from 'vitest'
import type { DestinationName } from '../../src/demo/arrival-keys.ts'
import {
  brazeArrivalKey,
  customerioArrivalKey,
  destinationNames,
  expectedKeys,
  klaviyoArrivalKey,
} from '../../src/demo/arrival-keys.ts'

/** The key that every connector of the tests holds. */
export const apiKey = 'key-of-the-tests-never-shown'

/** The three mocks, and connectors that speak to them. */
export interface MockDestinations {
  readonly connectors: Readonly<Record<DestinationName, Connector>>
  readonly urls: Readonly<Record<DestinationName, string>>
  fail(destination: DestinationName, failure: Failure, times?: number): void
  recover(destination: DestinationName): void
  /** What arrived, in the words of `expectedKeys`, in order. */
  arrived(destination: DestinationName): readonly string[]
  /** All that the destination was sent, as text. */
  received(destination: DestinationName): string
}

/** Starts the three mocks; they close when the test has finished. */
export async function startMockDestinations(): Promise<MockDestinations> {
  const mocks = { braze: await createMockBraze(), klaviyo: await createMockKlaviyo(), customerio: await createMockCustomerio() }
  for (const name of destinationNames) onTestFinished(() => mocks[name].close())
  return {
    connectors: {
      braze: createBrazeConnector({ apiKey, baseUrl: mocks.braze.url }),
      klaviyo: createKlaviyoConnector({ apiKey, baseUrl: mocks.klaviyo.url }),
      customerio: createCustomerioConnector({ apiKey, baseUrl: mocks.customerio.url }),
    },
    urls: { braze: mocks.braze.url, klaviyo: mocks.klaviyo.url, customerio: mocks.customerio.url },
    fail: (destination, failure, times = 1) => mocks[destination].fail(failure, { times }),
    recover: (destination) => mocks[destination].recover(),
    arrived(destination) {
      if (destination === 'braze') return mocks.braze.accepted.map(brazeArrivalKey)
      if (destination === 'klaviyo') return mocks.klaviyo.accepted.map(klaviyoArrivalKey)
      return mocks.customerio.accepted.map(customerioArrivalKey)
    },
    received: (destination) => mocks[destination].requests.map((request) => request.text).join('\n'),
  }
}

/** What should arrive at a destination for these webhooks, sorted. */
export function expectedAt(destination: DestinationName, sent: readonly GeneratedWebhook[]): readonly string[] {
  return sent.map((webhook) => expectedKeys(webhook)[destination]).toSorted()
}
