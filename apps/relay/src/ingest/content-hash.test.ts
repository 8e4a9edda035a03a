import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { expect, test } from 'vitest'
import { contentHash } from './content-hash.ts'

const purchase = makePurchaseEvent()

test('a redelivery has the hash of the first delivery', () => {
  const later = {
    id: 'another',
    receivedAt: '2026-12-01T00:00:00.000Z',
    occurredAt: '2026-12-01T00:00:00.000Z',
    isHistorical: true,
  }
  expect(contentHash({ ...purchase, ...later })).toBe(contentHash(purchase))
})

test.each([
  ['an amount', { ...purchase, purchase: { ...purchase.purchase, total: '0.01' } }],
  ['an item', { ...purchase, purchase: { ...purchase.purchase, items: [] } }],
  ['the customer', { ...purchase, customer: { ...purchase.customer, email: null } }],
])('other content has another hash: %s', (_name, changed) => {
  expect(contentHash(changed)).not.toBe(contentHash(purchase))
})
