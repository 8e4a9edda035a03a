import type { SubtotalEra } from '@subtotal-connectors/testing/mocks'
import { expect, it } from 'vitest'
import { startSubtotal } from '../test/subtotal.ts'

const eras: readonly SubtotalEra[] = ['A', 'B', 'C', 'D', 'E']

it.each(eras)('answers of era %s become the same shapes, without what that era did not have', async (era) => {
  const { api, mock } = await startSubtotal({}, { era })
  const { id } = mock.link({ customerId: 'customer-1', email: 'robin@shoppers.example', retailer: 'target' })
  mock.addPurchases(id, 3)
  const hasContact = !['A', 'B'].includes(era)
  expect(await api.connections.get(id)).toStrictEqual({
    id,
    customerId: 'customer-1',
    retailer: 'target',
    status: 'active',
    email: hasContact ? 'robin@shoppers.example' : null,
    mobile: null,
    isSimulated: false,
  })
  const { purchases, hasMore } = await api.purchases.list(id)
  expect([purchases.length, hasMore]).toStrictEqual([3, false])
  const purchase = await api.purchases.get(purchases[0]?.id ?? '', { connectionId: id })
  expect(purchase.total).toMatch(/^\d+\.\d\d$/)
  expect(purchase.status).toBe(era === 'E' ? 'complete' : null)
  const [item] = purchase.items
  expect(item?.product.upc === null).toBe(!hasContact)
  expect(item?.product.description).not.toBeNull()
  expect((await api.retailers.list()).map((retailer) => retailer.id)).toContain('target')
  mock.unlink(id)
  const ended = { A: 'blocked', B: 'blocked', C: 'revoked', D: 'disconnected', E: 'disconnected' }
  expect((await api.connections.get(id)).status).toBe(ended[era])
})

it('the published examples are read', async () => {
  const { api, mock } = await startSubtotal()
  mock.fail({
    kind: 'answer',
    status: 200,
    body: {
      connection_id: '01J51S0JYV6N7K1030CV1ZKSCA',
      customer_id: '8a46e581-48ba-498a-9ad0-2ee72582e1af',
      retailer_id: '01J7SC0NN73R6F5VVSP3ZKPDA3',
      status: 'active',
      email: 'alice@example.com',
      mobile: '+1234567890',
    },
  })
  expect(await api.connections.get('01J51S0JYV6N7K1030CV1ZKSCA')).toMatchObject({
    retailer: '01J7SC0NN73R6F5VVSP3ZKPDA3',
    isSimulated: false,
  })
  mock.fail({
    kind: 'answer',
    status: 200,
    body: {
      webhooks: [
        {
          webhook_id: '01JA7Q2W3E4R5T6Y7U8I9O0P1A',
          name: 'Order sync',
          url: 'https://hooks.example.com/subtotal',
          is_active: true,
          event_types: ['connection.activated', 'purchase.created'],
          receive_simulated_events: false,
          purchase_date_start: null,
          purchase_date_end: null,
          created_at: '2026-10-14T17:02:11Z',
        },
      ],
    },
  })
  expect(await api.webhooks.list()).toMatchObject([{ id: '01JA7Q2W3E4R5T6Y7U8I9O0P1A', createdAt: '2026-10-14T17:02:11Z' }])
})

it('unknown fields do no harm, and missing ones that matter are named without a value', async () => {
  const { api, mock } = await startSubtotal()
  mock.fail({ kind: 'answer', status: 200, body: { connection_id: 'C1', colour: 'red', status: 7 } })
  expect(await api.connections.get('C1')).toMatchObject({ id: 'C1', status: '7', customerId: null })
  mock.fail({ kind: 'answer', status: 200, body: { connections: [{ connection_id: null, email: 'robin@shoppers.example' }] } })
  await expect(api.connections.list({ customerId: 'c' })).rejects.toMatchObject({
    message: "connections.list: Subtotal's answer is not as documented; missing or of another type: connections.0.connection_id.",
    fields: ['connections.0.connection_id'],
  })
})
