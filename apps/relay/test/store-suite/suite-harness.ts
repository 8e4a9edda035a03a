import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { afterEach, beforeEach } from 'vitest'
import type { EncryptionKeys } from '../../src/encryption/encryption-keys.ts'
import type { EnrichmentSettings } from '../../src/enrichment/enrichment-settings.ts'
import type { AttemptFailure } from '../../src/store/records.ts'
import type { ClaimedDelivery, ClaimRequest, DestinationCounts, IngestOutcome, Store, Verdict } from '../../src/store/store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'

/** How a store is opened. */
export interface StoreSettings {
  /** Events wait for what these have fetched. */
  readonly enrichment?: EnrichmentSettings
  readonly encryption?: EncryptionKeys
  readonly orderedDestinations?: readonly string[]
}

/** A store of its own for one test. */
export interface OpenedStore {
  readonly store: Store
  /** Closes the store and opens the same data again, as a process does that starts at `now`; with other settings if given. */
  reopen(now: number, settings?: StoreSettings): Promise<Store>
  close(): Promise<void>
}

/** What the cases work with: a new empty store for each test. */
export interface SuiteHarness {
  readonly store: Store
  reopen(now: number, settings?: StoreSettings): Promise<void>
  /** When what was claimed before a reopening at {@link later} + 1 is free again. */
  readonly freedAt: number
  ingest(...events: readonly SubtotalEvent[]): Promise<readonly IngestOutcome[]>
  /** By default for `braze`, at {@link later}, with the token `mine`, for a minute. */
  claim(request?: Partial<ClaimRequest>): Promise<readonly ClaimedDelivery[]>
  /** As {@link SuiteHarness.claim}, again and again until nothing more is to be had; the events' ids, in order. */
  claimAll(request?: Partial<ClaimRequest>): Promise<readonly string[]>
  settle(deliveryId: string | undefined, verdict: Verdict, leaseToken?: string): Promise<{ readonly stale: number }>
  counts(destination: string): Promise<DestinationCounts['counts'] | undefined>
}

/** The destinations that every event of the suite gets a delivery for. */
export const destinations: readonly string[] = ['braze', 'klaviyo']

/** A second after the events came in. */
export const later: number = receivedAt + 1_000

/** What the cases claim, unless they say otherwise. */
export const usualClaim: ClaimRequest = {
  destination: 'braze',
  now: later,
  limit: 100,
  maxBytes: 1e9,
  leaseUntil: later + 60_000,
  leaseToken: 'mine',
}

/** A failed attempt. */
export const timeout: AttemptFailure = {
  outcome: 'timeout',
  code: 'ERR_TIMEOUT',
  message: 'No answer within 20 s.',
  status: null,
}

/** An event of a connection of its own. */
export function event(id: string): SubtotalEvent {
  return makeConnectionEvent('account.connected', { id, connection: { id: `connection-of-${id}` } })
}

/** A purchase, known by its own id whatever the event's. */
export function purchase(id: string, purchaseId: string, total = '14.07'): SubtotalEvent {
  return makePurchaseEvent({ id, idempotencyKey: `purchase.created:${purchaseId}`, purchase: { id: purchaseId, total } })
}

/** Opens a store before each test of the surrounding `describe`, and closes it afterwards. */
export function suiteHarness(open: () => Promise<OpenedStore>, leasesEndWithProcess: boolean): SuiteHarness {
  let opened: OpenedStore | undefined
  let store: Store | undefined

  beforeEach(async () => {
    opened = await open()
    store = opened.store
  })
  afterEach(() => opened?.close())

  function current(): Store {
    if (store === undefined) throw new Error('No store is open.')
    return store
  }

  return {
    get store() {
      return current()
    },
    async reopen(now, settings) {
      store = await opened?.reopen(now, settings)
    },
    freedAt: leasesEndWithProcess ? later + 1 : usualClaim.leaseUntil,
    ingest: (...events) => current().ingest({ events: events.map((one) => incoming(one)), destinations }),
    claim: async (request = {}) => (await current().claim({ ...usualClaim, ...request })).deliveries,
    async claimAll(request = {}) {
      const ids: string[] = []
      for (let isFull = true; isFull; ) {
        const claimed = await current().claim({ ...usualClaim, ...request })
        ids.push(...claimed.deliveries.map((one) => one.event.id))
        isFull = claimed.isFull
      }
      return ids
    },
    settle: (deliveryId, verdict, leaseToken = 'mine') =>
      current().settle({ leaseToken, now: later, settlements: [{ deliveryId: deliveryId ?? '', verdict }] }),
    async counts(destination) {
      const { destinations: all } = await current().stats()
      return all.find((one) => one.destination === destination)?.counts
    },
  }
}
