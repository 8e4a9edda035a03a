import { describe, expect, it } from 'vitest'
import type { Purchase, PurchaseCreatedEvent } from '../event/subtotal-event.ts'
import { bodyOf, connection, idTime, parse, purchaseBody, receivedAt } from './__fixtures__/webhooks.ts'
import { completePurchaseEvent } from './complete-purchase-event.ts'
import { parsePurchase } from './parse-purchase.ts'
import type { WebhookBody } from './webhook-body.ts'

const found: Purchase = parsePurchase({
  purchase_id: 'purchase-1',
  date: '2026-01-10T10:00:00Z',
  total: '9.34',
  tax: '0.85',
  subtotal: '8.49',
  item_count: 2,
  items: [{ item_id: 'item-1', quantity: 2, price: '4.245', product: { upc: '049000028911', brand: 'diet-coke' } }],
  status: 'completed',
})

function eventOf(body: WebhookBody): PurchaseCreatedEvent {
  const event = parse(body)
  if (event.type !== 'purchase.created') throw new Error('not a purchase')
  return event
}

describe('a purchase webhook that carries only identifiers', () => {
  const bodies: readonly [string, unknown][] = [
    ['beside the connection', { connection, purchase: { purchase_id: 'purchase-1' } }],
    ['flat', { connection: { connection_id: 'connection-1' }, purchase_id: 'purchase-1' }],
    ['flat, without a connection object', { connection_id: 'connection-1', purchase_id: 'purchase-1' }],
    ['with everything else null', { connection, purchase: { purchase_id: 'purchase-1', date: null, total: null, items: null } }],
  ]

  it.each(bodies)('is an event without content: %s', (_name, payload) => {
    expect(eventOf(bodyOf('purchase.created', payload))).toMatchObject({
      occurredAt: idTime,
      connection: { id: 'connection-1' },
      purchase: { id: 'purchase-1', date: null, total: null, itemCount: 0, items: [] },
    })
  })

  it.each(bodies)('becomes whole: %s', (_name, payload) => {
    const event = eventOf(bodyOf('purchase.created', payload))
    expect(completePurchaseEvent(event, found)).toStrictEqual({
      ...event,
      occurredAt: '2026-01-10T10:00:00.000Z',
      isHistorical: true,
      purchase: found,
    })
  })
})

describe('completePurchaseEvent', () => {
  it('keeps what the webhook said, and adds the rest', () => {
    const event = eventOf(purchaseBody({ total: '1.00', tax: null, item_count: 7, date: '2026-01-22T10:00:00Z' }))
    const whole = completePurchaseEvent(event, found)
    expect(whole.purchase).toStrictEqual({ ...found, date: '2026-01-22T10:00:00Z', total: '1.00', itemCount: 7 })
    expect(whole).toMatchObject({ occurredAt: event.occurredAt, isHistorical: false, idempotencyKey: event.idempotencyKey })
  })

  it('leaves items alone that the webhook has', () => {
    const items = [{ item_id: 'mine', quantity: 1, price: '8.49' }]
    const event = eventOf(purchaseBody({ items, total: null }))
    expect(completePurchaseEvent(event, found).purchase.items).toBe(event.purchase.items)
  })

  it('keeps the time of the event when the date says none, and never puts it after the receipt', () => {
    const event = eventOf(purchaseBody({ date: null }))
    expect(completePurchaseEvent(event, { ...found, date: 'yesterday' })).toMatchObject({
      occurredAt: idTime,
      isHistorical: false,
      purchase: { date: 'yesterday' },
    })
    expect(completePurchaseEvent(event, { ...found, date: '2030-01-01T00:00:00Z' }).occurredAt).toBe(receivedAt.toISOString())
  })

  it('never makes an event less historical than it was told to be', () => {
    const event = { ...eventOf(purchaseBody({ date: null })), isHistorical: true }
    expect(completePurchaseEvent(event, { ...found, date: '2026-01-22T12:00:00Z' }).isHistorical).toBe(true)
  })
})
