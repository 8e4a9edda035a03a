import { brandsOf, toMoneyNumber, upcsOf } from '@subtotal-connectors/core'
import fc from 'fast-check'
import { isValid } from 'ulid'
import { describe, expect, test } from 'vitest'
import { eventArbitrary } from './event-arbitrary.ts'
import { makeConnectionEvent } from './make-connection-event.ts'
import { makeEveryEvent } from './make-every-event.ts'
import { makeProfileEvent } from './make-profile-event.ts'
import { makePurchaseEvent } from './make-purchase-event.ts'
import { publishedPurchaseEvent } from './published-purchase-event.ts'

describe('the event factories', () => {
  const events = makeEveryEvent()

  test('make an event of each type with an id of its own, all of one connection', () => {
    expect(new Set(events.map(({ id }) => id)).size).toBe(7)
    expect(events.every(({ id }) => isValid(id))).toBe(true)
    expect(new Set(events.map(({ connection }) => connection.id)).size).toBe(1)
  })

  test('take parts of the customer, the connection and the content, and keep the rest', () => {
    const event = makePurchaseEvent({ customer: { email: null }, connection: { retailer: 'target' }, purchase: { tax: null } })
    const standard = makePurchaseEvent()
    expect(event).toStrictEqual({
      ...standard,
      customer: { ...standard.customer, email: null },
      connection: { ...standard.connection, retailer: 'target' },
      purchase: { ...standard.purchase, tax: null },
    })
  })

  test('derive the idempotency key from the purchase, else from the event, unless it is given', () => {
    expect(makePurchaseEvent({ purchase: { id: 'p-1' } }).idempotencyKey).toBe('purchase.created:p-1')
    expect(makeConnectionEvent('account.connected', { id: 'e-1' }).idempotencyKey).toBe('e-1')
    expect(makePurchaseEvent({ idempotencyKey: 'k-1' }).idempotencyKey).toBe('k-1')
  })

  test("keep a profile's connection id to the connection's", () => {
    expect(makeProfileEvent('profile.created', { connection: { id: 'c-1' } }).profile.connection_id).toBe('c-1')
  })
})

describe('publishedPurchaseEvent', () => {
  test("leads to the lists of Klaviyo's published example", () => {
    const { purchase } = publishedPurchaseEvent()
    const units = purchase.items.flatMap(({ quantity, product }) => Array.from({ length: quantity }, () => product.upc))
    expect(units.join()).toBe(
      '040000476528,016000124790,041331027878,041331027878,041331027878,041331027878,013000001243,049000031171,049000040869,049000040869,076950450363,037600138727,049000067231,041500007007,051500255162',
    )
    expect(brandsOf(purchase).join()).toBe('frenchs,heinz,spam,jif,yogi-tea,cheerios,m&ms,goya,coca-cola')
    expect(upcsOf(purchase)).toHaveLength(11)
    const sum = purchase.items.reduce(
      (total, { price, quantity }) => total + Math.round(toMoneyNumber(price ?? '0') * 100) * quantity,
      0,
    )
    expect(sum).toBe(4304)
  })

  test("leads to the lists of Braze's published example", () => {
    const { purchase } = publishedPurchaseEvent('braze')
    expect(upcsOf(purchase).join()).toBe('040000476528,016000124790,041331027878,013000001243,049000031171')
    expect(brandsOf(purchase).join()).toBe('frenchs,heinz,spam,jif,cheerios')
    expect(purchase.itemCount).toBe(15)
  })
})

describe('eventArbitrary', () => {
  test('makes events that hold together', () => {
    fc.assert(
      fc.property(eventArbitrary(fc), (event) => {
        expect(event.occurredAt <= event.receivedAt).toBe(true)
        expect(event.idempotencyKey).toBe(event.type === 'purchase.created' ? `purchase.created:${event.purchase.id}` : event.id)
        expect(JSON.parse(JSON.stringify(event))).toStrictEqual(event)
      }),
    )
  })

  test('makes every type, and customers that cannot be identified', () => {
    const events = fc.sample(eventArbitrary(fc), { numRuns: 500, seed: 1 })
    expect(new Set(events.map(({ type }) => type)).size).toBe(7)
    expect(events.some(({ customer }) => customer.email === null)).toBe(true)
  })
})
