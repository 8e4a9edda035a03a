import { describe, expect, test } from 'vitest'
import { incoming } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { destinations, event, purchase } from './suite-harness.ts'

/** How events are stored, and known ones told. */
export function ingestCases(suite: SuiteHarness): void {
  describe('ingest', () => {
    test('an event gets one delivery for each destination, due at once', async () => {
      expect(await suite.ingest(event('a'))).toEqual([
        { result: 'stored', eventId: 'a', eventType: 'account.connected', isNewVersion: false },
      ])
      expect((await suite.claim()).map((one) => one.event.id)).toEqual(['a'])
      expect((await suite.claim({ destination: 'klaviyo' })).map((one) => one.event.id)).toEqual(['a'])
      expect(await suite.claim({ destination: 'customerio' })).toEqual([])
    })

    test('what is stored is what is delivered, whole', async () => {
      const sent = purchase('a', 'p1')
      await suite.ingest(sent)
      expect((await suite.claim())[0]?.event).toStrictEqual(sent)
    })

    test('an event id that is known is a duplicate and makes no delivery', async () => {
      await suite.ingest(event('a'))
      expect(await suite.ingest(event('a'))).toMatchObject([{ result: 'duplicate', eventId: 'a', isNewVersion: false }])
      expect(await suite.counts('braze')).toMatchObject({ pending: 1 })
    })

    test('a known idempotency key under another event id answers the first id', async () => {
      await suite.ingest(purchase('a', 'p1'))
      expect(await suite.ingest(purchase('b', 'p1'))).toMatchObject([{ result: 'duplicate', eventId: 'a', isNewVersion: false }])
    })

    test('duplicates inside one group are told apart too', async () => {
      const outcomes = await suite.ingest(purchase('a', 'p1'), purchase('a', 'p1'), purchase('b', 'p1'), purchase('c', 'p2'))
      expect(outcomes.map((outcome) => outcome.result)).toEqual(['stored', 'duplicate', 'duplicate', 'stored'])
      expect(await suite.counts('braze')).toMatchObject({ pending: 2 })
    })

    test('an event whose id is another event’s idempotency key is a duplicate, not an error', async () => {
      await suite.ingest(purchase('a', 'p1'))
      expect(await suite.ingest(event('purchase.created:p1'))).toMatchObject([{ result: 'duplicate', eventId: 'a' }])
    })

    test('a duplicate with other content is kept as a version once, and counted', async () => {
      await suite.ingest(purchase('a', 'p1'))
      expect(await suite.ingest(purchase('b', 'p1', '99.00'))).toMatchObject([{ result: 'duplicate', isNewVersion: true }])
      expect(await suite.ingest(purchase('c', 'p1', '99.00'))).toMatchObject([{ result: 'duplicate', isNewVersion: false }])
      expect(await suite.store.stats()).toMatchObject({ events: 1, versions: 1 })
      expect(await suite.store.findEvent('a')).toMatchObject({ versions: 1, event: { purchase: { total: '14.07' } } })
      expect(await suite.counts('braze')).toMatchObject({ pending: 1 })
    })

    test('all of a group is stored or nothing', async () => {
      const bad = { ...incoming(event('b')), receivedAt: Number.NaN }
      await expect(suite.store.ingest({ events: [incoming(event('a')), bad], destinations })).rejects.toThrow()
      expect(await suite.store.findEvent('a')).toBeUndefined()
      expect(await suite.store.stats()).toMatchObject({ events: 0, destinations: [] })
    })

    test('text that is hard to store comes back as it was', async () => {
      const hostile = {
        ...event('a'),
        customer: { id: 'nul\u0000 "quote" \ud800 𝄞', email: "'; DROP TABLE events; --", mobile: null },
      }
      await suite.ingest(hostile)
      expect((await suite.claim())[0]?.event).toStrictEqual(hostile)
    })
  })
}
