import { describe, expect, test } from 'vitest'
import { activityCases } from './store-suite/activity-cases.ts'
import { claimCases } from './store-suite/claim-cases.ts'
import { connectionsCases } from './store-suite/connections-cases.ts'
import { encryptionCases } from './store-suite/encryption-cases.ts'
import { enrichmentCases } from './store-suite/enrichment-cases.ts'
import { erasureCases } from './store-suite/erasure-cases.ts'
import { identityCases } from './store-suite/identity-cases.ts'
import { importsCases } from './store-suite/imports-cases.ts'
import { ingestCases } from './store-suite/ingest-cases.ts'
import { lanesCases } from './store-suite/lanes-cases.ts'
import { operationsCases } from './store-suite/operations-cases.ts'
import { orderingCases, orderingSwitchCases } from './store-suite/ordering-cases.ts'
import { orderingEnrichmentCases } from './store-suite/ordering-enrichment-cases.ts'
import { profilesCases } from './store-suite/profiles-cases.ts'
import { recordsCases } from './store-suite/records-cases.ts'
import { retentionCases } from './store-suite/retention-cases.ts'
import { searchCases } from './store-suite/search-cases.ts'
import { settleCases } from './store-suite/settle-cases.ts'
import type { OpenedStore, StoreSettings, SuiteHarness } from './store-suite/suite-harness.ts'
import { event, later, purchase, suiteHarness } from './store-suite/suite-harness.ts'
import { testKeys } from './support/encryption-keys.ts'

/** What the suite needs of a driver. */
export interface StoreSuiteOptions {
  readonly name: string
  /** Whether what a process held is free at once when the store is opened again, rather than when its leases end. Default: no. */
  readonly leasesEndWithProcess?: boolean
  /** An empty store on a real database. */
  readonly open: (settings?: StoreSettings) => Promise<OpenedStore>
}

/** What every store must do, on a real database. */
export function runStoreSuite({ name, open, leasesEndWithProcess = false }: StoreSuiteOptions): void {
  const harness = (settings?: StoreSettings): SuiteHarness => suiteHarness(() => open(settings), leasesEndWithProcess)

  describe(`store: ${name}`, () => {
    const suite = harness()
    ingestCases(suite)
    connectionsCases(suite)
    claimCases(suite)
    settleCases(suite)
    activityCases(suite)
    lanesCases(suite)
    searchCases(suite)
    recordsCases(suite)
    operationsCases(suite)
    identityCases(suite)
    erasureCases(suite)
    retentionCases(suite)
    importsCases(suite)
    profilesCases(suite)
    orderingSwitchCases(suite, (orderedDestinations) => suite.reopen(later, { orderedDestinations }))

    test('everything is there after it was closed and opened again', async () => {
      await suite.ingest(event('a'), purchase('b', 'p1'))
      const before = await suite.store.stats()
      await suite.reopen(later)
      expect(await suite.store.stats()).toEqual(before)
      expect(await suite.ingest(event('a'))).toMatchObject([{ result: 'duplicate' }])
    })

    test('a store that is open takes writes', async () => {
      await expect(suite.store.checkWrite()).resolves.toBeUndefined()
    })

    test('the room on its disk is told where it is known', async () => {
      const free = await suite.store.freeBytes()
      if (free !== null) expect(free).toBeGreaterThan(0)
    })
  })

  describe(`store: ${name}, with events that wait`, () => {
    enrichmentCases(harness({ enrichment: { purchases: true, contacts: true } }))
  })

  describe(`store: ${name}, with a key`, () => {
    encryptionCases(harness({ encryption: testKeys('one') }))
  })

  describe(`store: ${name}, with an ordered destination`, () => {
    orderingCases(harness({ orderedDestinations: ['braze'] }))
  })

  describe(`store: ${name}, with an ordered destination and events that wait`, () => {
    const enrichment = { purchases: true, contacts: true }
    orderingEnrichmentCases(harness({ orderedDestinations: ['braze'], enrichment }))
  })
}
