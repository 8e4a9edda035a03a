import type { ConnectionState, Customer } from '@subtotal-connectors/core'
import { makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import type { Contact } from '../enrichment/contact.ts'
import { noContact } from '../enrichment/contact.ts'
import { identifyLate } from './identify-late.ts'

const nobody: Customer = { id: null, email: null, mobile: null }
const state: ConnectionState = {
  customerId: 'robin',
  email: 'robin@shoppers.example',
  mobile: null,
  retailer: 'target',
  status: 'active',
}
const contact: Contact = {
  customerId: 'robin',
  email: 'old@shoppers.example',
  mobile: '+15555550100',
  retailer: 'walmart',
  isSimulated: false,
}

function bought(customer: Partial<Customer>) {
  return makePurchaseEvent({ customer: { ...nobody, ...customer }, connection: { retailer: null } })
}

describe('an event', () => {
  test('gets what its connection’s events told, and then what Subtotal has', () => {
    const { event, isIdentified, isAnothers } = identifyLate(bought({}), { state, contact, customerIds: ['robin', 'robin'] })
    expect(event).toMatchObject({
      customer: { id: 'robin', email: 'robin@shoppers.example', mobile: '+15555550100' },
      connection: { retailer: 'target' },
    })
    expect([isIdentified, isAnothers]).toEqual([true, false])
  })

  test('keeps what it says itself', () => {
    const said = { email: 'mine@shoppers.example', mobile: '+15555550199', id: 'robin' }
    const { event, isIdentified } = identifyLate(bought(said), { state, contact, customerIds: ['robin', 'robin'] })
    expect(event.customer).toEqual(said)
    expect(isIdentified).toBe(false)
  })

  test('gets nothing where nothing is known', () => {
    const known = { state: { ...state, customerId: null, email: null }, contact: noContact, customerIds: [null, null] }
    expect(identifyLate(bought({ id: 'robin' }), known)).toMatchObject({ isIdentified: false, isAnothers: false })
  })

  test.each([
    ['the event names another', { id: 'alex' }, ['robin', 'robin']],
    ['another had the connection then', {}, ['alex', 'robin']],
    ['another has it now', {}, ['robin', 'alex']],
    ['the event, without a customer’s id, has another email', { email: 'alex@shoppers.example' }, ['robin', 'robin']],
  ])('gets nothing when %s', (_name, said, customerIds) => {
    const event = bought(said)
    expect(identifyLate(event, { state, contact, customerIds })).toEqual({ event, isIdentified: false, isAnothers: true })
  })

  test('gets nothing from a contact without a customer’s id when the connection has one', () => {
    const anonymous = { ...contact, customerId: null }
    const { event } = identifyLate(bought({}), { state: undefined, contact: anonymous, customerIds: ['robin', 'robin'] })
    expect(event.customer).toEqual(nobody)
  })

  test('of the customer whom only Subtotal names gets what events told of nobody, unless the two differ', () => {
    const told = { ...state, customerId: null }
    const known = { state: told, contact: { ...contact, email: null }, customerIds: [null, null] }
    expect(identifyLate(bought({ id: 'robin' }), known).event.customer.email).toBe(state.email)
    expect(identifyLate(bought({ id: 'robin' }), { ...known, contact }).event.customer.email).toBe(contact.email)
  })
})
