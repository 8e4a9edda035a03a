import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConnectionState } from './complete-event.ts'
import { completeEvent, nextConnectionState, statusAfter } from './complete-event.ts'
import type { ConnectionEvent, Customer, SubtotalEvent, SubtotalEventType } from './subtotal-event.ts'
import { subtotalEventTypes } from './subtotal-event.ts'

const nobody: Customer = { id: null, email: null, mobile: null }
const robin: Customer = { id: 'customer-1', email: 'robin.sample@shopper.example', mobile: '+15555550100' }
const active: ConnectionState = {
  customerId: robin.id,
  email: robin.email,
  mobile: robin.mobile,
  retailer: 'walmart',
  status: 'active',
}

function eventOf(type: SubtotalEventType, customer: Customer = nobody, retailer: string | null = null): SubtotalEvent {
  const common = {
    id: 'event-1',
    occurredAt: '2026-01-22T12:00:00.000Z',
    receivedAt: '2026-01-22T12:00:00.000Z',
    idempotencyKey: 'event-1',
    customer,
    connection: { id: 'connection-1', retailer },
    isSimulated: false,
    isHistorical: false,
  }
  switch (type) {
    case 'purchase.created':
      return {
        ...common,
        type,
        purchase: { id: 'p', date: null, total: null, tax: null, subtotal: null, itemCount: 0, items: [], status: null },
      }
    case 'profile.created':
    case 'profile.updated':
      return { ...common, type, profile: { ...emptyProfile, connection_id: 'connection-1' } }
    default:
      return { ...common, type }
  }
}

const emptyProfile = {
  first_name: null,
  last_name: null,
  email: 'other@account.example',
  mobile: '+15555550101',
  postal_code: null,
  account_created_date: null,
  total_purchases: null,
  last_purchase_date: null,
  brand_purchases: null,
  last_brand_purchase_date: null,
  brand_purchase_rate: null,
}

describe('statusAfter', () => {
  it.each<[SubtotalEventType, string | null]>([
    ['account.connected', 'active'],
    ['connection.reauthenticated', 'active'],
    ['account.disconnected', 'disconnected'],
    ['connection.unauthenticated', 'unauthenticated'],
    ['purchase.created', null],
    ['profile.created', null],
    ['profile.updated', null],
  ])('says that %s leaves %s', (type, status) => {
    expect(statusAfter(eventOf(type))).toBe(status)
  })
})

describe('nextConnectionState', () => {
  it('starts from what the event says', () => {
    expect(nextConnectionState(undefined, eventOf('account.connected', robin, 'walmart'))).toEqual(active)
    expect(nextConnectionState(undefined, eventOf('purchase.created'))).toEqual({
      customerId: null,
      email: null,
      mobile: null,
      retailer: null,
      status: null,
    })
  })

  it('keeps what the event does not say', () => {
    expect(nextConnectionState(active, eventOf('purchase.created'))).toEqual(active)
    expect(nextConnectionState(active, eventOf('account.disconnected'))).toEqual({ ...active, status: 'disconnected' })
  })

  it('takes what the event says instead of what was known', () => {
    const changed = eventOf('purchase.created', { ...nobody, email: 'new@shopper.example' }, 'target')
    expect(nextConnectionState(active, changed)).toEqual({ ...active, email: 'new@shopper.example', retailer: 'target' })
  })

  it('forgets the identifiers once the customer id changes, and keeps the retailer and the status', () => {
    const other = eventOf('purchase.created', { ...nobody, id: 'customer-2' })
    expect(nextConnectionState(active, other)).toEqual({ ...active, customerId: 'customer-2', email: null, mobile: null })
  })

  it('keeps the identifiers when the customer id becomes known', () => {
    const known = nextConnectionState(
      { ...active, customerId: null },
      eventOf('purchase.created', { ...nobody, id: 'customer-1' }),
    )
    expect(known).toEqual(active)
  })

  it('never learns the customer from a profile', () => {
    expect(nextConnectionState(undefined, eventOf('profile.created'))).toMatchObject({ email: null, mobile: null })
  })
})

describe('completeEvent', () => {
  it.each(subtotalEventTypes)('leaves %s as it is when nothing is known', (type) => {
    const event = eventOf(type)
    expect(completeEvent(event, undefined)).toEqual(event)
  })

  it.each(subtotalEventTypes)('fills in the customer and the retailer of %s and changes nothing else', (type) => {
    const event = eventOf(type)
    const completed = completeEvent(event, { ...active, status: 'disconnected' })
    expect(completed).toEqual({ ...event, customer: robin, connection: { id: 'connection-1', retailer: 'walmart' } })
    expect(event.customer).toEqual(nobody)
  })

  it('does not give the identifiers of one customer to another', () => {
    const event = eventOf('purchase.created', { ...nobody, id: 'customer-2' })
    expect(completeEvent(event, active).customer).toEqual({ id: 'customer-2', email: null, mobile: null })
  })

  it('keeps what the event says itself', () => {
    const customer = { ...robin, email: 'new@shopper.example' }
    expect(completeEvent(eventOf('purchase.created', customer, 'target'), active)).toMatchObject({
      customer,
      connection: { retailer: 'target' },
    })
  })

  it.each<[ConnectionState['status'], ConnectionEvent['type']]>([
    ['disconnected', 'account.connected'],
    ['active', 'connection.reauthenticated'],
    ['unauthenticated', 'connection.reauthenticated'],
    [null, 'connection.reauthenticated'],
  ])('makes an activation after the status %s an event %s', (status, type) => {
    expect(completeEvent(eventOf('account.connected'), { ...active, status }).type).toBe(type)
  })

  it('judges an activation by what happened before it and is known, in every order of arrival', () => {
    const wireTypes = subtotalEventTypes.filter((type) => type !== 'connection.reauthenticated')
    const histories = fc.array(fc.constantFrom(...wireTypes), { minLength: 1, maxLength: 6 }).chain((history) => {
      const happened = history.map((type, position) => ({ type, position }))
      return fc.shuffledSubarray(happened, { minLength: happened.length })
    })
    fc.assert(
      fc.property(histories, (arrivals) => {
        for (const [index, { type, position }] of arrivals.entries()) {
          const earlier = arrivals.slice(0, index).filter((arrived) => arrived.position < position)
          const inOrder = earlier.toSorted((one, other) => one.position - other.position).map((arrived) => arrived.type)
          const previous = inOrder.reduce<ConnectionState | undefined>((state, known) => {
            return nextConnectionState(state, completeEvent(eventOf(known), state))
          }, undefined)
          const completed = completeEvent(eventOf(type), previous)
          expect(completed.type).toBe(type === 'account.connected' ? expectedActivation(inOrder) : type)
        }
      }),
    )
  })
})

function expectedActivation(earlier: readonly SubtotalEventType[]): SubtotalEventType {
  const lastStatus = earlier.findLast((type) => type.startsWith('account.') || type === 'connection.unauthenticated')
  return earlier.length === 0 || lastStatus === 'account.disconnected' ? 'account.connected' : 'connection.reauthenticated'
}
