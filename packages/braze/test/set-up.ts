import type { Connector, DeliveryResult, PurchaseCreatedEvent } from '@subtotal-connectors/core'
import type { MockBraze, MockBrazeOptions } from '@subtotal-connectors/testing/mocks'
import { createMockBraze, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { onTestFinished } from 'vitest'
import { createBrazeConnector } from '../src/braze-connector.ts'
import type { BrazeConnectorOptions } from '../src/braze-connector-options.ts'

/** A key that no result and no error may show. */
export const apiKey = 'c0ffee00-key-of-the-test'

/** A mock Braze and a connector to it, closed when the test ends. */
export async function setUp(
  options: Partial<BrazeConnectorOptions> = {},
  mockOptions: MockBrazeOptions = {},
): Promise<{ mock: MockBraze; connector: Connector }> {
  const mock = await createMockBraze(mockOptions)
  const connector = createBrazeConnector({ apiKey, baseUrl: mock.url, identifyBy: 'customerId', ...options })
  onTestFinished(async () => {
    await connector.close()
    await mock.close()
  })
  return { mock, connector }
}

/** A purchase of each of the people. */
export function purchases(...ids: readonly string[]): PurchaseCreatedEvent[] {
  return ids.map((id) => makePurchaseEvent({ id: `event-${id}`, customer: { id } }))
}

/** The status of each result, with its code where it has one. */
export function summary(results: readonly DeliveryResult[]): string[] {
  return results.map((result) => ('error' in result ? `${result.status} ${result.error.code}` : result.status))
}
