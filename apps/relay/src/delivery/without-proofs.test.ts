import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { expect, test } from 'vitest'
import { scriptedConnector } from '../../test/support/scripted-connector.ts'
import { proofCustomerId, withoutProofs } from './without-proofs.ts'

const of = (id: string) => makePurchaseEvent({ customer: { id, email: null, mobile: null } })

test('events that prove the way are skipped, and the others keep their places', async () => {
  const given: string[] = []
  const connector = {
    ...scriptedConnector(),
    async deliver(events: Parameters<ReturnType<typeof scriptedConnector>['deliver']>[0]) {
      given.push(...events.map(({ customer }) => String(customer.id)))
      return events.map(() => ({ status: 'delivered' as const }))
    },
  }
  const delivered = proofCustomerId('2', true)
  const results = await withoutProofs(connector).deliver([of('a'), of(proofCustomerId('1', false)), of(delivered)])
  expect(results.map(({ status }) => status)).toStrictEqual(['delivered', 'skipped', 'delivered'])
  expect(given).toStrictEqual(['a', delivered])
  const event = makeConnectionEvent('account.connected', { customer: { id: null, email: null, mobile: null } })
  expect(await withoutProofs(connector).deliver([event])).toStrictEqual([{ status: 'delivered' }])
})
