import { join } from 'node:path'
import type { Customer, Purchase, SubtotalEvent } from '@subtotal-connectors/core'
import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { onTestFinished } from 'vitest'
import type { Enricher } from '../../src/enrichment/enricher.ts'
import { createEnricher } from '../../src/enrichment/enricher.ts'
import type { EnrichmentSettings } from '../../src/enrichment/enrichment-settings.ts'
import type { RelayEventMap, RelayEvents } from '../../src/observability/relay-events.ts'
import { createRelayEvents } from '../../src/observability/relay-events.ts'
import type { DeliveryRecord } from '../../src/store/records.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { incoming, receivedAt } from './incoming.ts'
import type { ScriptedSubtotal } from './scripted-subtotal.ts'
import { scriptedSubtotal } from './scripted-subtotal.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { createVirtualClock } from './virtual-clock.ts'

/** An enricher with a real store, a scripted Subtotal and a virtual clock; no lane takes what is due. */
export interface EnricherHarness {
  readonly clock: VirtualClock
  readonly store: Store
  readonly api: ScriptedSubtotal
  readonly events: RelayEvents
  readonly enricher: Enricher
  /** The states it entered, in order. */
  readonly states: readonly string[]
  readonly finished: readonly RelayEventMap['enrichment:finished'][0][]
  /** Stores events and tells the enricher. */
  put(...events: readonly SubtotalEvent[]): Promise<void>
  /** The events that are due and were not claimed yet, as a lane gets them. */
  due(): Promise<readonly SubtotalEvent[]>
  delivery(eventId: string): Promise<DeliveryRecord | undefined>
}

/** What can be chosen of an enricher for a test. */
export interface EnricherHarnessOptions {
  readonly settings?: EnrichmentSettings
  readonly hasApi?: boolean
  readonly path?: string
  /** Stands between the enricher and its store. */
  readonly wrap?: (store: Store) => Store
  /** Default: the settings. */
  readonly storeSettings?: EnrichmentSettings
}

/** A customer of whom nothing is missing. */
export const someone: Customer = { id: 'robin', email: 'robin@shoppers.example', mobile: '+15555550100' }

const bare: Partial<Purchase> = { date: null, total: null, tax: null, subtotal: null, itemCount: 0, items: [] }

/** A purchase that came with identifiers alone. */
export function barePurchase(id: string, customer: Customer = someone): SubtotalEvent {
  return makePurchaseEvent({ id, customer, connection: { id: `of-${id}` }, purchase: { ...bare, id: `p-${id}` } })
}

/** A purchase with amounts and without items. */
export function itemlessPurchase(id: string): SubtotalEvent {
  const purchase = { id: `p-${id}`, items: [], itemCount: 0 }
  return makePurchaseEvent({ id, customer: someone, connection: { id: `of-${id}` }, purchase })
}

/** A whole purchase of somebody of whom nothing is known. */
export function namelessPurchase(id: string, connectionId: string = `of-${id}`): SubtotalEvent {
  const customer = { id: null, email: null, mobile: null }
  return makePurchaseEvent({ id, customer, connection: { id: connectionId, retailer: null }, purchase: { id: `p-${id}` } })
}

/** A started enricher for one test. */
export async function startEnricher(options: EnricherHarnessOptions = {}): Promise<EnricherHarness> {
  const { settings = { purchases: true, contacts: true }, hasApi = true, wrap = (store) => store } = options
  const clock = createVirtualClock(receivedAt)
  const path = options.path ?? join(temporaryFolder(), 'relay.db')
  const store = await openSqliteStore(path, clock.now(), { enrichment: options.storeSettings ?? settings })
  const api = scriptedSubtotal()
  const events = createRelayEvents()
  const states: string[] = []
  const finished: RelayEventMap['enrichment:finished'][0][] = []
  events.on('enrichment:changed', ({ state }) => states.push(state))
  events.on('enrichment:finished', (one) => finished.push(one))
  const enricher = createEnricher({
    store: wrap(store),
    api: hasApi ? api : undefined,
    settings,
    events,
    clock,
    random: () => 0,
    onDue: () => undefined,
  })
  enricher.start()
  onTestFinished(async () => {
    api.release()
    await enricher.stop(AbortSignal.timeout(1_000))
    await store.close()
  })

  return {
    clock,
    store,
    api,
    events,
    enricher,
    states,
    finished,
    async put(...stored) {
      await store.ingest({
        events: stored.map((event) => ({ ...incoming(event), receivedAt: clock.now() })),
        destinations: ['one'],
      })
      enricher.notify()
    },
    async due() {
      const now = clock.now()
      const request = { destination: 'one', now, limit: 1_000, maxBytes: 1e9, leaseUntil: now + 1e9, leaseToken: 'mine' }
      return (await store.claim(request)).deliveries.map((delivery) => delivery.event)
    },
    delivery: async (eventId) => (await store.findEvent(eventId))?.deliveries[0],
  }
}
