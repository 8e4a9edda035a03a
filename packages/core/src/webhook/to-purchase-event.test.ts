import { describe, expect, it } from 'vitest'
import { OptionsError } from '../errors/options-error.ts'
import { WebhookParseError } from '../errors/webhook-error.ts'
import { parse, purchaseBody } from './__fixtures__/webhooks.ts'
import { parsePurchase } from './parse-purchase.ts'
import { toPurchaseEvent } from './to-purchase-event.ts'

const receivedAt = new Date('2026-01-22T12:00:00.000Z')
const connection = { id: 'C1', retailer: 'target', customerId: 'customer-1', email: 'robin@shoppers.example', mobile: null }

/** The example of https://docs.subtotal.com/docs/api-reference/purchases/get-purchase, shortened. */
const wire = {
  purchase_id: '01J51S0JYV6N7K1030CV1ZKSCF',
  date: '2024-01-01T00:00:00Z',
  total: '9.34',
  tax: '0.85',
  subtotal: '8.49',
  item_count: 1,
  items: [{ item_id: 'I1', price: '8.49', product: { brand: 'diet-coke', upc: '049000028911' }, quantity: 1 }],
}

describe('a purchase of the API', () => {
  it('becomes the event that its webhook becomes, but for the event’s id', () => {
    const body = purchaseBody({ date: '2026-01-22T10:00:00Z' })
    const fromWebhook = parse(body, { receivedAt })
    if (fromWebhook.type !== 'purchase.created') throw new Error('a purchase was expected')
    const { customer, connection: known, purchase, isSimulated } = fromWebhook
    const about = {
      id: known.id,
      retailer: known.retailer,
      customerId: customer.id,
      email: customer.email,
      mobile: customer.mobile,
    }
    const options = { receivedAt, id: fromWebhook.id }
    expect(toPurchaseEvent(purchase, { ...about, isSimulated }, options)).toStrictEqual(fromWebhook)
    expect(toPurchaseEvent(purchase, about, { receivedAt }).id).toBe(purchase.id)
  })

  it('is historical by its age, or when told so', () => {
    const purchase = parsePurchase(wire)
    expect(toPurchaseEvent(purchase, connection, { receivedAt })).toMatchObject({
      isHistorical: true,
      occurredAt: '2024-01-01T00:00:00.000Z',
      idempotencyKey: 'purchase.created:01J51S0JYV6N7K1030CV1ZKSCF',
    })
    const fresh = { receivedAt, historicalAfterMs: 1e12 }
    expect(toPurchaseEvent(purchase, connection, fresh).isHistorical).toBe(false)
    expect(toPurchaseEvent(purchase, connection, { ...fresh, isHistorical: true }).isHistorical).toBe(true)
  })

  it('is simulated when its connection is', () => {
    const purchase = parsePurchase(wire)
    expect(toPurchaseEvent(purchase, { ...connection, isSimulated: true }, { receivedAt }).isSimulated).toBe(true)
    expect(toPurchaseEvent(purchase, connection, { receivedAt }).isSimulated).toBe(false)
  })

  it('without an id, or with an amount that is none, is refused with the fields’ names', () => {
    const refusalOf = (value: unknown) => {
      try {
        parsePurchase(value)
      } catch (error) {
        if (error instanceof WebhookParseError) return error.fields
      }
      return 'accepted'
    }
    expect(refusalOf({ ...wire, purchase_id: null })).toStrictEqual(['purchase_id'])
    expect(refusalOf({ ...wire, total: 'much', items: [{ price: 'more' }] })).toStrictEqual(['total', 'items.0.price'])
    expect(refusalOf([])).toStrictEqual([])
  })

  it('with options that cannot work throws an OptionsError', () => {
    const purchase = parsePurchase(wire)
    expect(() => toPurchaseEvent(purchase, connection, { receivedAt: new Date(Number.NaN) })).toThrow(OptionsError)
    expect(() => toPurchaseEvent(purchase, connection, { historicalAfterMs: -1 })).toThrow(OptionsError)
  })
})
