import type { SubtotalEvent } from '@subtotal-connectors/core'
import type { MockSubtotal } from '@subtotal-connectors/testing/mocks'
import type { RelayConfig } from '../../src/config/relay-config.ts'
import type { RelayOptions } from '../../src/relay.ts'
import { quickApi } from './quick-api.ts'
import { scriptedConnector } from './scripted-connector.ts'
import type { TestRelay } from './start-relay.ts'
import { startRelay } from './start-relay.ts'

/** A relay with Subtotal before it and two destinations behind it that remember whole events. */
export interface RelayWithSubtotal {
  readonly relay: TestRelay
  /** What arrived at a destination, in order. */
  readonly arrived: Readonly<Record<'one' | 'two', readonly SubtotalEvent[]>>
  /** Posts the newest event of the mock, as Subtotal would; resolves to the status of the answer. */
  postLast(): Promise<number>
}

/** Starts a relay that may ask the mock for what webhooks leave out. */
export async function startRelayWithSubtotal(
  subtotal: MockSubtotal,
  config: Partial<RelayConfig> = {},
  options: Omit<RelayOptions, 'logger' | 'events'> = {},
): Promise<RelayWithSubtotal> {
  const arrived: Record<'one' | 'two', SubtotalEvent[]> = { one: [], two: [] }
  const destinations = { one: scriptedConnector(), two: scriptedConnector() }
  for (const name of ['one', 'two'] as const) {
    destinations[name].answer((event) => {
      arrived[name].push(event)
      return { status: 'delivered' }
    })
  }
  const relay = await startRelay({ destinations, subtotal: quickApi(subtotal.url), ...config }, options)
  return {
    relay,
    arrived,
    async postLast() {
      const { body } = subtotal.events.at(-1) ?? { body: '' }
      return (await relay.post(body)).status
    },
  }
}
