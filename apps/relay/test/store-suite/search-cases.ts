import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { planErasure } from '../../src/operations/plan-erasure.ts'
import type { DeliveryFilter, EventSearch, Page, PageRequest } from '../../src/store/records.ts'
import type { Store } from '../../src/store/store.ts'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { destinations, event, later, purchase, timeout } from './suite-harness.ts'

type Customer = SubtotalEvent['customer']

/** How deliveries and events are found. */
export function searchCases(suite: SuiteHarness): void {
  async function deliveries(filter: DeliveryFilter): Promise<readonly string[]> {
    const { items } = await suite.store.listDeliveries(filter, { limit: 50 })
    return items.map((item) => `${item.destination}:${item.eventId}`)
  }

  async function events(search: EventSearch): Promise<readonly string[]> {
    return (await suite.store.listEvents(search, { limit: 50 })).items.map((item) => item.event.id)
  }

  async function everyPage<Item>(find: (page: PageRequest) => Promise<Page<Item>>, limit: number): Promise<readonly Item[]> {
    const all: Item[] = []
    for (let cursor: number | null | undefined; cursor !== null; ) {
      const page: Page<Item> = await find({ limit, ...(cursor === undefined ? {} : { cursor }) })
      all.push(...page.items)
      cursor = page.nextCursor
    }
    return all
  }

  async function settleFirst(verdict: 'dead' | 'skipped' | 'delivered', destination = 'braze'): Promise<void> {
    const [first] = await suite.claim({ destination, limit: 1 })
    const failed = { failure: timeout, code: 'ERR_TIMEOUT', message: '' } as const
    await suite.settle(
      first?.id,
      verdict === 'dead'
        ? { status: verdict, ...failed }
        : verdict === 'skipped'
          ? { status: verdict, reason: 'off' }
          : { status: verdict },
    )
  }

  describe('search', () => {
    test('pages run from the newest to the oldest, each delivery and event once', async () => {
      await suite.ingest(...Array.from({ length: 7 }, (_, index) => event(`e${index}`)))
      const expected = ['e6', 'e5', 'e4', 'e3', 'e2', 'e1', 'e0']
      const ofBraze = await everyPage((page) => suite.store.listDeliveries({ destination: 'braze' }, page), 3)
      expect(ofBraze.map((item) => item.eventId)).toEqual(expected)
      for (const search of [
        {},
        { type: 'account.connected' },
        { status: 'pending' },
        { destination: 'braze' },
        { retailer: 'walmart' },
      ] as const) {
        const found = await everyPage((page) => suite.store.listEvents(search, page), 3)
        expect(found.map((item) => item.event.id)).toEqual(expected)
      }
    })

    test('filters hold together', async () => {
      await suite.ingest(event('a'), purchase('b', 'p1'), {
        ...event('c'),
        customer: { id: 'customer-2', email: null, mobile: null },
      })
      await settleFirst('dead')
      expect(await deliveries({ status: 'dead' })).toEqual(['braze:a'])
      expect(await deliveries({ type: 'purchase.created' })).toEqual(['klaviyo:b', 'braze:b'])
      expect(await deliveries({ customer: 'customer-2', destination: 'klaviyo' })).toEqual(['klaviyo:c'])
      expect(await deliveries({ customer: 'nobody' })).toEqual([])
      expect(await deliveries({ purchase: 'p1', destination: 'braze' })).toEqual(['braze:b'])
      expect(await deliveries({ connection: 'connection-of-a' })).toEqual(['klaviyo:a', 'braze:a'])
      expect(await deliveries({ retailer: 'walmart', status: 'dead' })).toEqual(['braze:a'])
      expect(await deliveries({ retailer: 'nowhere' })).toEqual([])
      expect(await deliveries({ status: 'dead', destination: 'braze', code: 'ERR_TIMEOUT' })).toEqual(['braze:a'])
      expect(await deliveries({ status: 'dead', code: 'ERR_REJECTED' })).toEqual([])
      expect(await deliveries({ event: 'c', status: 'pending' })).toEqual(['klaviyo:c', 'braze:c'])
    })

    test('events are found by customer, connection, purchase, retailer and type', async () => {
      await suite.ingest(event('a'), purchase('b', 'p1'))
      expect(await events({})).toEqual(['b', 'a'])
      expect(await events({ connection: 'connection-of-a' })).toEqual(['a'])
      expect(await events({ type: 'purchase.created' })).toEqual(['b'])
      expect(await events({ retailer: 'walmart' })).toEqual(['b', 'a'])
      expect(await events({ retailer: 'nowhere' })).toEqual([])
      expect(await events({ purchase: 'p1' })).toEqual(['b'])
      expect(await events({ purchase: 'p1', type: 'account.connected' })).toEqual([])
      expect(await events({ customer: 'nobody' })).toEqual([])
      expect(await events({ id: 'a', retailer: 'walmart' })).toEqual(['a'])
    })

    test('events are found by what became of them, and say it', async () => {
      await suite.ingest(event('a'), event('b'), event('c'), event('d'))
      for (const verdict of ['dead', 'skipped', 'delivered'] as const) await settleFirst(verdict)
      await settleFirst('dead', 'klaviyo')
      expect(await events({ status: 'dead' })).toEqual(['a'])
      expect(await events({ status: 'dead', destination: 'klaviyo' })).toEqual(['a'])
      expect(await events({ status: 'skipped' })).toEqual(['b'])
      expect(await events({ status: 'skipped', destination: 'klaviyo' })).toEqual([])
      expect(await events({ status: 'delivered' })).toEqual(['c'])
      expect(await events({ status: 'pending', destination: 'braze' })).toEqual(['d'])
      expect(await events({ status: 'pending' })).toEqual(['d', 'c', 'b'])
      expect(await events({ status: 'pending', connection: 'connection-of-c' })).toEqual(['c'])
      expect(await events({ status: 'dead', type: 'account.connected', retailer: 'walmart' })).toEqual(['a'])
      expect(await events({ destination: 'nowhere' })).toEqual([])
      const { items } = await suite.store.listEvents({ id: 'c' }, { limit: 1 })
      expect(items[0]?.outcomes).toEqual([
        { destination: 'braze', status: 'delivered' },
        { destination: 'klaviyo', status: 'pending' },
      ])
    })

    test('a page of large events is shorter, and says where to go on', async () => {
      const customer = { id: null, email: 'x'.repeat(300_000), mobile: null }
      await suite.ingest(...['a', 'b', 'c'].map((id) => ({ ...event(id), customer })))
      const first = await suite.store.listEvents({}, { limit: 9 })
      expect(first.items.map((item) => item.event.id)).toEqual(['c'])
      const all = await everyPage((page) => suite.store.listEvents({}, page), 9)
      expect(all.map((item) => item.event.id)).toEqual(['c', 'b', 'a'])
    })

    test('a time of receipt bounds a search on both sides, its ends included', async () => {
      const hour = 3_600_000
      const times = { a: receivedAt - 72 * hour, b: receivedAt, c: receivedAt + hour, d: receivedAt + 72 * hour }
      for (const [id, at] of Object.entries(times)) {
        await suite.store.ingest({ events: [{ ...incoming(event(id)), receivedAt: at }], destinations })
      }
      expect(await events({ since: receivedAt, until: receivedAt + hour })).toEqual(['c', 'b'])
      expect(await events({ until: receivedAt - 1 })).toEqual(['a'])
      expect(await events({ since: receivedAt + hour + 1 })).toEqual(['d'])
      expect(await events({ since: receivedAt + 73 * hour })).toEqual([])
      expect(await deliveries({ since: receivedAt + hour, until: receivedAt + hour })).toEqual(['klaviyo:c', 'braze:c'])
      expect(await deliveries({ until: receivedAt - 72 * hour, destination: 'braze' })).toEqual(['braze:a'])
    })

    test('an unknown event is not found', async () => {
      expect(await suite.store.findEvent('nothing')).toBeUndefined()
    })
  })

  describe('search for a person', () => {
    const robin = { kind: 'email', value: 'robin@shoppers.example' } as const
    const nobody: Customer = { id: null, email: null, mobile: null }

    function of(id: string, connectionId: string, customer: Partial<Customer>): SubtotalEvent {
      return makeConnectionEvent('connection.reauthenticated', {
        id,
        connection: { id: connectionId },
        customer: { ...nobody, ...customer },
      })
    }

    async function found(identity: Parameters<Store['findPersonId']>[0]): Promise<readonly string[]> {
      return events({ person: (await suite.store.findPersonId(identity)).id })
    }

    test('finds every event of their customer and connections, whatever the event says, and however the address is written', async () => {
      await suite.ingest(
        of('a', 'x', { id: 'r', email: ' Robin@Shoppers.example ' }),
        of('b', 'x', {}),
        of('c', 'y', { id: 'r' }),
        of('d', 'z', { id: 'kim', email: 'kim@shoppers.example' }),
      )
      const person = await suite.store.findPersonId(robin)
      expect(person).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), isKnown: true })
      expect(await events({ person: person.id })).toEqual(['c', 'b', 'a'])
      expect(await deliveries({ person: person.id, destination: 'braze' })).toEqual(['braze:c', 'braze:b', 'braze:a'])
      expect(await events({ person: person.id, connection: 'y' })).toEqual(['c'])
      expect(await suite.store.findPersonId({ ...robin, value: 'nobody@shoppers.example' })).toMatchObject({ isKnown: false })
      expect(await events({ person: '0'.repeat(32) })).toEqual([])
    })

    test('finds by phone, without a customer id, and by what is said only later', async () => {
      await suite.ingest(of('a', 'x', {}), of('b', 'x', { mobile: '+1 (202) 555-0100' }), of('c', 'y', {}))
      expect(await found({ kind: 'mobile', value: '+12025550100' })).toEqual(['b', 'a'])
    })

    test('shows nothing of the person who had the connection before or after', async () => {
      await suite.ingest(
        of('a', 'x', { id: 'r', email: robin.value }),
        of('b', 'x', { id: 'kim', email: 'kim@shoppers.example' }),
      )
      expect(await found(robin)).toEqual(['a'])
      expect(await found({ kind: 'email', value: 'kim@shoppers.example' })).toEqual(['b'])
    })

    test('a customer id that is an address is one', async () => {
      await suite.ingest(of('a', 'x', { id: robin.value }))
      expect(await found(robin)).toEqual(['a'])
    })

    test('the id is the same after the store was opened again', async () => {
      await suite.ingest(of('a', 'x', { email: robin.value }))
      const { id } = await suite.store.findPersonId(robin)
      await suite.reopen(later)
      expect(await suite.store.findPersonId(robin)).toEqual({ id, isKnown: true })
      expect(await events({ person: id })).toEqual(['a'])
    })

    test('an erased person is not known any more', async () => {
      await suite.ingest(
        of('a', 'x', { id: 'r', email: robin.value }),
        of('b', 'y', { id: 'kim', email: 'kim@shoppers.example' }),
      )
      const { person, through } = await planErasure(suite.store, { kind: 'customer', value: 'r' })
      await suite.store.addErasure({ at: later, actor: 'operator', person, isBlocking: false, through })
      while ((await suite.store.advanceErasures({ now: later })) !== undefined);
      expect(await suite.store.findPersonId(robin)).toMatchObject({ isKnown: false })
      expect(await suite.store.findPersonId({ kind: 'email', value: 'kim@shoppers.example' })).toMatchObject({ isKnown: true })
    })
  })
}
