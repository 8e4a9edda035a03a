import { describe, expect, it } from 'vitest'
import type { ConnectionState } from '../event/complete-event.ts'
import {
  activated,
  bodyOf,
  connection,
  fixture,
  id,
  idTime,
  parse,
  purchaseOf,
  receivedAt,
  refusal,
  wirePurchase,
} from './__fixtures__/webhooks.ts'
import { parseWebhook } from './parse-webhook.ts'

const published = {
  id,
  type: 'account.connected',
  occurredAt: idTime,
  receivedAt: receivedAt.toISOString(),
  idempotencyKey: id,
  customer: { id: '01K8BPF2393S9VB6JQT99GK447', email: null, mobile: null },
  connection: { id: '01K8BPF23CCZ2FK50STB8EGWAV', retailer: 'target' },
  isSimulated: false,
  isHistorical: false,
}

describe('parseWebhook with the webhooks of each age', () => {
  it('reads the published example', () => {
    expect(parse(fixture('d-connection.activated'))).toEqual(published)
  })

  it.each([
    ['d-connection.unauthenticated', 'connection.unauthenticated', '01KFJSR44CPH867805V8GJ9VCZ'],
    ['d-connection.disconnected', 'account.disconnected', '01KFJSR44CPH867805V8GJ9VD0'],
  ])('reads %s', (name, type, eventId) => {
    expect(parse(fixture(name))).toEqual({ ...published, type, id: eventId, idempotencyKey: eventId })
  })

  it('reads a payload that is a JSON string', () => {
    const eventId = '01KFJSR44CPH867805V8GJ9VD6'
    expect(parse(fixture('e-connection.activated.string-payload'))).toEqual({
      ...published,
      id: eventId,
      idempotencyKey: eventId,
      isSimulated: true,
    })
  })

  it('reads merchant_id as the retailer, and ignores what it does not know', () => {
    expect(parse(fixture('b-connection.activated'))).toMatchObject({
      type: 'account.connected',
      customer: { id: 'customer-1001', email: null, mobile: null },
      connection: { id: '01J51S0JYV6N7K1030CV1ZKSCA', retailer: '01J7SC0NN73R6F5AVSP3XKPDV2' },
    })
    expect(parse(fixture('b-connection.deleted')).type).toBe('account.disconnected')
  })

  it('ignores connection.initialized, whatever it holds', () => {
    expect(parseWebhook(fixture('b-connection.initialized'))).toBeNull()
    expect(parseWebhook('{"type":"connection.initialized"}')).toBeNull()
  })

  it('reads a simulated connection with its email and mobile', () => {
    expect(parse(fixture('e-connection.activated.simulated'))).toMatchObject({
      customer: { id: 'test-customer-1', email: 'robin.sample@shopper.example', mobile: '+15555550100' },
      isSimulated: true,
    })
  })

  it('reads a purchase whose items hold their product', () => {
    expect(parse(fixture('d-purchase.created'))).toEqual({
      ...published,
      id: '01KFJSR44CPH867805V8GJ9VD1',
      type: 'purchase.created',
      occurredAt: '2024-01-01T00:00:00.000Z',
      idempotencyKey: 'purchase.created:01J51S0JYV6N7K1030CV1ZKSCF',
      isHistorical: true,
      purchase: {
        id: '01J51S0JYV6N7K1030CV1ZKSCF',
        date: '2024-01-01T00:00:00Z',
        total: '9.34',
        tax: '0.85',
        subtotal: '8.49',
        itemCount: 1,
        status: null,
        items: [
          {
            id: '01J51S0JYV6N7K1030CV1ZKSCA',
            quantity: 1,
            price: '8.49',
            product: {
              id: '01J51S0JYV6N7K1030CV1ZKSCB',
              name: 'Diet Coke 12pk',
              description: 'Diet Coke - 12pk/12oz cans',
              brand: 'diet-coke',
              upc: '049000028911',
            },
          },
        ],
      },
    })
  })

  it('reads a purchase beside the connection, with flat items and a gtin', () => {
    expect(purchaseOf(fixture('c-purchase.created'))).toMatchObject({
      id: '01K8BPF23CCZ2FK50STB8EGWP1',
      itemCount: 1,
      items: [
        { id: null, price: '8.49', product: { id: '01J51S0JYV6N7K1030CV1ZKSCA', brand: 'diet-coke', upc: '049000028911' } },
      ],
    })
  })

  it('reads items that are a description, and counts their units', () => {
    expect(purchaseOf(fixture('b-purchase.created'))).toMatchObject({
      itemCount: 2,
      items: [{ quantity: 2, product: { id: null, name: null, description: '32oz bottle of water', brand: null, upc: null } }],
    })
  })

  it('reads a purchase that carries nothing but a connection id, with numbers for money and text for a count', () => {
    expect(parse(fixture('e-purchase.created.connection-id-only'))).toEqual({
      ...published,
      id: '01KFJSR44CPH867805V8GJ9VD2',
      type: 'purchase.created',
      occurredAt: '2026-01-22T00:00:00.000Z',
      idempotencyKey: 'purchase.created:01KEVN1ZPM9H19JSHGN5NF0M69',
      customer: { id: null, email: null, mobile: null },
      connection: { id: '01KFRSK9J11G807TAY0GCYSW67', retailer: null },
      isSimulated: true,
      purchase: {
        id: '01KEVN1ZPM9H19JSHGN5NF0M69',
        date: '2026-01-22',
        total: '44.64',
        tax: '1.6',
        subtotal: '43.04',
        itemCount: 15,
        status: 'completed',
        items: [],
      },
    })
  })

  it('reads a flat profile, whose email and mobile are not the customer’s', () => {
    const eventId = '01KFJSR44CPH867805V8GJ9VD4'
    const { payload } = JSON.parse(fixture('e-connection.profile.created').toString())
    expect(parse(fixture('e-connection.profile.created'))).toEqual({
      ...published,
      id: eventId,
      type: 'profile.created',
      idempotencyKey: eventId,
      customer: { id: null, email: null, mobile: null },
      connection: { id: '01KFRSK9J11G807TAY0GCYSW67', retailer: null },
      profile: payload,
    })
  })

  it('reads a profile with a connection beside it, which gives the customer', () => {
    expect(parse(fixture('e-connection.profile.updated'))).toMatchObject({
      type: 'profile.updated',
      customer: { id: 'test-customer-1', email: 'robin.sample@shopper.example', mobile: null },
      connection: { id: '01KFRSK9J11G807TAY0GCYSW67', retailer: 'walmart' },
      profile: {
        connection_id: '01KFRSK9J11G807TAY0GCYSW67',
        first_name: null,
        last_name: null,
        email: null,
        mobile: null,
        postal_code: null,
        account_created_date: null,
        total_purchases: 43,
        last_purchase_date: null,
        brand_purchases: null,
        last_brand_purchase_date: null,
        brand_purchase_rate: 0.19,
      },
    })
  })
})

describe('parseWebhook with a connection', () => {
  it('takes a flat customer id as the customer’s, and flat email and mobile as nobody’s', () => {
    const payload = {
      connection_id: 'c',
      customer_id: 'flat',
      email: 'profile@account.example',
      mobile: '+15555550101',
      ...wirePurchase,
    }
    expect(parse(bodyOf('purchase.created', payload)).customer).toEqual({ id: 'flat', email: null, mobile: null })
    expect(parse(bodyOf('connection.profile.created', payload)).customer).toEqual({ id: 'flat', email: null, mobile: null })
  })

  it.each<[string, string]>([
    ['beside the type', activated({}, { is_simulated: true })],
    ['as text', activated({}, { is_simulated: 'true' })],
    ['in the payload', bodyOf('connection.activated', { connection, is_simulated: true })],
    ['in the connection', activated({ is_simulated: true })],
  ])('finds is_simulated %s', (_where, body) => {
    expect(parse(body).isSimulated).toBe(true)
  })

  it('takes empty and blank text as null, and keeps other text as sent', () => {
    const event = parse(activated({ customer_id: '', email: ' ', mobile: ' +1 555 ' }))
    expect(event.customer).toEqual({ id: null, email: null, mobile: ' +1 555 ' })
  })

  it('takes whole numbers as ids, and refuses those that have lost digits', () => {
    expect(parse(activated({ customer_id: 7_040_001_234_567 })).customer.id).toBe('7040001234567')
    expect(refusal(activated().replace('"customer-1"', '12345678901234567890')).fields).toEqual([
      'payload.connection.customer_id',
    ])
  })

  it('keeps the name of another retailer id than the older one', () => {
    expect(parse(activated({ retailer_id: null, merchant_id: 'old' })).connection.retailer).toBe('old')
    expect(parse(activated({ merchant_id: 'old' })).connection.retailer).toBe('walmart')
    expect(
      parse(bodyOf('connection.activated', { connection: { connection_id: 'c' }, merchant_id: 'flat' })).connection.retailer,
    ).toBe('flat')
  })
})

describe('parseWebhook with what was known before', () => {
  const previous: ConnectionState = {
    customerId: 'customer-1',
    email: 'robin.sample@shopper.example',
    mobile: null,
    retailer: 'walmart',
    status: 'unauthenticated',
  }

  it('says account.connected without it', () => {
    expect(parse(activated()).type).toBe('account.connected')
  })

  it('tells a new login, and completes the customer and the retailer', () => {
    expect(parse(activated(), { previous })).toMatchObject({
      type: 'connection.reauthenticated',
      customer: { email: previous.email },
    })
    expect(parse(fixture('e-purchase.created.connection-id-only'), { previous })).toMatchObject({
      customer: { id: 'customer-1', email: previous.email },
      connection: { retailer: 'walmart' },
    })
  })
})
