import { describe, expect, test } from 'vitest'
import type { EnrichmentSettings } from '../src/enrichment/enrichment-settings.ts'
import { claimCases } from './store-suite/claim-cases.ts'
import { connectionsCases } from './store-suite/connections-cases.ts'
import { enrichmentCases } from './store-suite/enrichment-cases.ts'
import { erasureCases } from './store-suite/erasure-cases.ts'
import { importsCases } from './store-suite/imports-cases.ts'
import { ingestCases } from './store-suite/ingest-cases.ts'
import { lanesCases } from './store-suite/lanes-cases.ts'
import { operationsCases } from './store-suite/operations-cases.ts'
import { recordsCases } from './store-suite/records-cases.ts'
import { retentionCases } from './store-suite/retention-cases.ts'
import { searchCases } from './store-suite/search-cases.ts'
import { settleCases } from './store-suite/settle-cases.ts'
import type { OpenedStore } from './store-suite/suite-harness.ts'
import { event, later, purchase, suiteHarness } from './store-suite/suite-harness.ts'

/** What the suite needs of a driver. */
export interface StoreSuiteOptions {
  readonly name: string
  /** An empty store on a real database, in which events wait for what these settings have fetched. */
  readonly open: (enrichment?: EnrichmentSettings) => Promise<OpenedStore>
}

/** What every store must do, on a real database. */
export function runStoreSuite({ name, open }: StoreSuiteOptions): void {
  describe(`store: ${name}`, () => {
    const suite = suiteHarness(() => open())
    ingestCases(suite)
    connectionsCases(suite)
    claimCases(suite)
    settleCases(suite)
    lanesCases(suite)
    searchCases(suite)
    recordsCases(suite)
    operationsCases(suite)
    erasureCases(suite)
    retentionCases(suite)
    importsCases(suite)

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
    enrichmentCases(suiteHarness(() => open({ purchases: true, contacts: true })))
  })
}
