import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { incoming, receivedAt } from '../support/incoming.ts'
import type { SuiteHarness } from './suite-harness.ts'
import { destinations } from './suite-harness.ts'

/** What is known of connections. */
export function connectionsCases(suite: SuiteHarness): void {
  describe('connections', () => {
    const at = (minutes: number) => receivedAt - 3_600_000 + minutes * 60_000
    const connection = { id: 'connection-1', retailer: null }
    const nobody = { id: null, email: null, mobile: null }
    const put = async (one: SubtotalEvent, minutes: number) => {
      const [outcome] = await suite.store.ingest({ events: [incoming(one, at(minutes))], destinations })
      return outcome?.eventType
    }
    const activated = (id: string, customer: Partial<SubtotalEvent['customer']> = nobody) =>
      makeConnectionEvent('account.connected', { id, connection, customer: { ...nobody, ...customer } })
    const disconnected = (id: string) => makeConnectionEvent('account.disconnected', { id, connection, customer: nobody })

    test('an unknown connection has no state', async () => {
      expect(await suite.store.connectionState('connection-1')).toBeUndefined()
    })

    test('a second activation is a reauthentication, and after a disconnect a connection', async () => {
      expect(await put(activated('a'), 1)).toBe('account.connected')
      expect(await put(activated('b'), 2)).toBe('connection.reauthenticated')
      expect(await put(disconnected('c'), 3)).toBe('account.disconnected')
      expect(await put(activated('d'), 4)).toBe('account.connected')
    })

    test('a late event is judged by what was known before it, and changes no newer state', async () => {
      await put(activated('a', { id: 'new', email: 'new@shoppers.example' }), 10)
      expect(await put(activated('b', { id: 'old', email: 'old@shoppers.example' }), 5)).toBe('account.connected')
      expect(await suite.store.connectionState('connection-1')).toMatchObject({
        customerId: 'new',
        email: 'new@shoppers.example',
      })
    })

    test('an event that leaves its customer out is completed from what was known before it', async () => {
      await put(activated('a', { id: 'customer-1', email: 'robin@shoppers.example' }), 1)
      await put(makePurchaseEvent({ id: 'b', connection, customer: nobody }), 2)
      expect(await suite.store.findEvent('b')).toMatchObject({
        event: { customer: { id: 'customer-1', email: 'robin@shoppers.example' } },
      })
    })

    test('a late event reaches the state through later events that are silent about what it says', async () => {
      await put(disconnected('z'), 9)
      await put(activated('a', { id: 'customer-1', mobile: '+12025550100' }), 1)
      expect(await suite.store.connectionState('connection-1')).toMatchObject({
        customerId: 'customer-1',
        mobile: '+12025550100',
        status: 'disconnected',
      })
    })

    test('in every order of arrival the state is the same, and who comes last is judged with all before it known', async () => {
      const history: readonly { type: string; make: (run: string) => SubtotalEvent }[] = [
        { type: 'account.connected', make: (run) => activated(`1-${run}`, { id: 'one', email: 'one@shoppers.example' }) },
        { type: 'connection.reauthenticated', make: (run) => activated(`2-${run}`, { id: 'one', mobile: '+12025550101' }) },
        { type: 'account.disconnected', make: (run) => disconnected(`3-${run}`) },
        { type: 'account.connected', make: (run) => activated(`4-${run}`, { id: 'two' }) },
        { type: 'connection.reauthenticated', make: (run) => activated(`5-${run}`, { email: 'two@shoppers.example' }) },
      ]
      let runs = 0
      for (const order of permutations(history)) {
        runs += 1
        const run = String(runs)
        const arriving = order.map((one) => {
          const own = { ...one.make(run), connection: { id: `connection-${run}`, retailer: null } }
          return incoming(own, at(history.indexOf(one)))
        })
        const outcomes = await suite.store.ingest({ events: arriving, destinations })
        expect(outcomes.at(-1)?.eventType, `order ${run}`).toBe(order.at(-1)?.type)
        expect(await suite.store.connectionState(`connection-${run}`), `order ${run}`).toEqual({
          customerId: 'two',
          email: 'two@shoppers.example',
          mobile: null,
          retailer: null,
          status: 'active',
        })
      }
      expect(runs).toBe(120)
    })
  })
}

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length < 2) return yield items
  for (const [index, item] of items.entries()) {
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest]
  }
}
