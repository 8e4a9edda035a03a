import { join } from 'node:path'
import type { DeliveryResult, ErrorCode, SubtotalEvent } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { onTestFinished } from 'vitest'
import { createLane } from '../../src/delivery/create-lane.ts'
import type { Lane } from '../../src/delivery/lane.ts'
import type { LaneSettings } from '../../src/delivery/lane-settings.ts'
import type { RelayEventMap, RelayEvents } from '../../src/observability/relay-events.ts'
import { createRelayEvents } from '../../src/observability/relay-events.ts'
import type { EventDetail } from '../../src/store/records.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { incoming, receivedAt } from './incoming.ts'
import type { ScriptedConnector, ScriptedOptions } from './scripted-connector.ts'
import { scriptedConnector } from './scripted-connector.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { createVirtualClock } from './virtual-clock.ts'

/** A lane with a real store, a scripted connector and a virtual clock. */
export interface LaneHarness {
  readonly clock: VirtualClock
  readonly store: Store
  readonly connector: ScriptedConnector
  readonly events: RelayEvents
  readonly lane: Lane
  /** The states it entered, in order. */
  readonly states: readonly string[]
  readonly attempts: readonly RelayEventMap['delivery:attempted'][0][]
  /** Stores events with these ids and tells the lane. */
  put(...ids: readonly string[]): Promise<void>
  delivery(id: string): Promise<EventDetail['deliveries'][number] | undefined>
}

/** A started lane for one test. */
export async function startLane(options: ScriptedOptions & LaneSettings = {}): Promise<LaneHarness> {
  let claiming = 0
  const clock = createVirtualClock(receivedAt, () => claiming > 0)
  const orderedDestinations = options.ordering === 'customer' ? ['one'] : []
  const opened = await openSqliteStore(join(temporaryFolder(), 'relay.db'), clock.now(), { orderedDestinations })
  // On a slow disk a claim takes turns with others, however many there are.
  const store: Store = {
    ...opened,
    async claim(request) {
      claiming += 1
      try {
        return await opened.claim(request)
      } finally {
        claiming -= 1
      }
    },
  }
  const connector = scriptedConnector(options)
  const events = createRelayEvents()
  const states: string[] = []
  const attempts: RelayEventMap['delivery:attempted'][0][] = []
  events.on('lane:changed', ({ state }) => states.push(state))
  events.on('delivery:attempted', (attempt) => attempts.push(attempt))
  const { batchSize: _batchSize, deduplicates: _deduplicates, requestRates: _requestRates, ...settings } = options
  const lane = createLane({ destination: 'one', connector, store, events, clock, settings, random: () => 0 })
  lane.start()
  await clock.advance(0)
  onTestFinished(async () => {
    connector.release()
    await lane.stop(AbortSignal.abort())
    await store.close()
  })

  async function put(...ids: readonly string[]): Promise<void> {
    const stored = ids.map(
      (id): SubtotalEvent => makeConnectionEvent('account.connected', { id, connection: { id: `of-${id}` } }),
    )
    await store.ingest({ events: stored.map((event) => incoming(event)), destinations: ['one'] })
    lane.notify(ids.length)
  }

  async function delivery(id: string) {
    return (await store.findEvent(id))?.deliveries[0]
  }

  return { clock, store, connector, events, states, attempts, lane, put, delivery }
}

/** A result after which the event is tried again. */
export function failing(code: ErrorCode, more: Partial<Extract<DeliveryResult, { status: 'retry' }>> = {}): DeliveryResult {
  return { status: 'retry', reason: 'unavailable', error: new ConnectorError(code, 'The words.'), ...more }
}

/** A result after which the event will never be accepted. */
export function rejected(code: ErrorCode = 'ERR_REJECTED'): DeliveryResult {
  return { status: 'rejected', error: new ConnectorError(code, 'No such field.', { status: 400 }) }
}

/** So many ids: `e0`, `e1`, … */
export function ids(count: number): string[] {
  return Array.from({ length: count }, (_none, index) => `e${index}`)
}

/** A result that closes the lane. */
export const blocked: DeliveryResult = {
  status: 'blocked',
  error: new ConnectorError('ERR_CREDENTIALS', 'The key is refused.', { status: 401 }),
}
