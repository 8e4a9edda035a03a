import { eventArbitrary, makeConnectionEvent, makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskEvent } from './mask-event.ts'

test('who a person is does not show, what they bought does', () => {
  const purchase = makePurchaseEvent({ customer: { id: 'customer-1', email: 'robin@shoppers.example', mobile: '+12025550100' } })
  expect(maskEvent(purchase)).toEqual({ ...purchase, customer: { id: 'customer-1', email: '***', mobile: '***' } })
})

test('the retailer account’s data does not show either, and what is not known stays so', () => {
  const profile = makeProfileEvent('profile.updated', { profile: { first_name: null, email: 'ash@shoppers.example' } })
  expect(maskEvent(profile)).toMatchObject({
    profile: {
      first_name: null,
      last_name: '***',
      email: '***',
      mobile: '***',
      postal_code: '***',
      total_purchases: expect.any(Number),
    },
  })
})

test.each(['robin@shoppers.example', '+1 (202) 555-0100', '12025550100'])('an id such as %s is masked', (id) => {
  expect(maskEvent(makeConnectionEvent('account.connected', { customer: { id } }))).toMatchObject({ customer: { id: '***' } })
})

test('no event shows an email or a mobile', () => {
  fc.assert(
    fc.property(eventArbitrary(fc), (event) => {
      const marked = { ...event, customer: { id: null, email: 'MARK-1', mobile: 'MARK-2' } }
      expect(JSON.stringify(maskEvent(marked))).not.toContain('MARK-')
    }),
  )
})
