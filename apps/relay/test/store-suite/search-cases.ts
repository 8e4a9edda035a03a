import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { event, purchase, timeout } from './suite-harness.ts'

/** How deliveries and events are found. */
export function searchCases(suite: SuiteHarness): void {
  describe('search', () => {
    test('pages run from the newest to the oldest, each delivery once', async () => {
      await suite.ingest(...Array.from({ length: 7 }, (_, index) => event(`e${index}`)))
      const ids: string[] = []
      let cursor: number | null | undefined
      while (cursor !== null) {
        const page: Awaited<ReturnType<Store['listDeliveries']>> = await suite.store.listDeliveries(
          { destination: 'braze' },
          { limit: 3, ...(cursor === undefined ? {} : { cursor }) },
        )
        ids.push(...page.items.map((item) => item.eventId))
        cursor = page.nextCursor
      }
      expect(ids).toEqual(['e6', 'e5', 'e4', 'e3', 'e2', 'e1', 'e0'])
    })

    test('filters hold together', async () => {
      await suite.ingest(event('a'), purchase('b', 'p1'), {
        ...event('c'),
        customer: { id: 'customer-2', email: null, mobile: null },
      })
      const [first] = await suite.claim()
      await suite.settle(first?.id, { status: 'dead', failure: timeout, code: 'ERR_TIMEOUT', message: '' })
      const find = async (filter: Parameters<Store['listDeliveries']>[0]) =>
        (await suite.store.listDeliveries(filter, { limit: 50 })).items.map((item) => `${item.destination}:${item.eventId}`)
      expect(await find({ status: 'dead' })).toEqual(['braze:a'])
      expect(await find({ type: 'purchase.created' })).toEqual(['klaviyo:b', 'braze:b'])
      expect(await find({ customer: 'customer-2', destination: 'klaviyo' })).toEqual(['klaviyo:c'])
      expect(await find({ customer: 'nobody' })).toEqual([])
    })

    test('events are found by customer, connection, retailer and type', async () => {
      await suite.ingest(event('a'), purchase('b', 'p1'))
      const find = async (filter: Parameters<Store['listEvents']>[0]) =>
        (await suite.store.listEvents(filter, { limit: 50 })).items.map((item) => item.event.id)
      expect(await find({})).toEqual(['b', 'a'])
      expect(await find({ connection: 'connection-of-a' })).toEqual(['a'])
      expect(await find({ type: 'purchase.created' })).toEqual(['b'])
      expect(await find({ retailer: 'walmart' })).toEqual(['b', 'a'])
      expect(await find({ customer: 'nobody' })).toEqual([])
    })

    test('an unknown event is not found', async () => {
      expect(await suite.store.findEvent('nothing')).toBeUndefined()
    })
  })
}
