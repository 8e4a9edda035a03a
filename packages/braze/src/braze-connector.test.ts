import type { ConnectorOptions, SubtotalEventType } from '@subtotal-connectors/core'
import { subtotalEventTypes } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing/mocks'
import { describe, expect, test } from 'vitest'
import { apiKey, bodies, common, examples, propertiesOf, refusal } from '../test/plans.ts'
import published from './__fixtures__/published-events.json' with { type: 'json' }
import { createBrazeConnector } from './braze-connector.ts'

const linkUrl = 'https://link.subtotal.com/zSG5nWHy'
const { customer, occurredAt } = common

const names: Readonly<Record<SubtotalEventType, keyof typeof published | 'subtotal_profile_updated'>> = {
  'purchase.created': 'subtotal_purchase',
  'account.connected': 'subtotal_account_connected',
  'connection.reauthenticated': 'subtotal_connection_reauthenticated',
  'account.disconnected': 'subtotal_account_disconnected',
  'connection.unauthenticated': 'subtotal_connection_unauthenticated',
  'profile.created': 'subtotal_profile_created',
  'profile.updated': 'subtotal_profile_updated',
}

const publishedOf = (type: SubtotalEventType) => {
  const name = names[type]
  return name === 'subtotal_profile_updated' ? published.subtotal_profile_created : published[name]
}

describe('the published events', () => {
  test.each(subtotalEventTypes)('%s becomes the published object, whole and in its order', (type) => {
    const body = {
      events: [{ email: 'robin@shoppers.example', name: names[type], time: occurredAt, properties: publishedOf(type) }],
    }
    const [sent, ...rest] = bodies({ linkUrl }, [examples[type]])
    expect(sent).toStrictEqual(body)
    expect(JSON.stringify(sent)).toBe(JSON.stringify(body))
    expect(rest).toStrictEqual([])
  })

  test('the plan shows the request without the key', () => {
    const event = examples['account.connected']
    const plan = createBrazeConnector({ apiKey, instance: 'eu-02' }).plan([event])
    expect(plan).toStrictEqual({
      requests: [
        {
          method: 'POST',
          url: 'https://rest.fra-02.braze.eu/users/track',
          headers: expect.objectContaining({ 'content-type': 'application/json' }),
          body: expect.anything(),
          eventIds: [event.id],
        },
      ],
      notSent: [],
      warnings: [],
    })
    expect(JSON.stringify(plan)).not.toContain(apiKey)
  })

  test('what is not known is left out', () => {
    const purchase = { total: null, tax: null, subtotal: null, itemCount: 0, items: [], status: 'complete' }
    expect(
      propertiesOf({}, makePurchaseEvent({ connection: { retailer: null }, purchase: { ...purchase, id: 'p1' } })),
    ).toStrictEqual({
      purchase_id: 'p1',
      item_count: 0,
      upcs: [],
      brands: [],
      source: 'subtotal',
    })
    expect(
      propertiesOf({}, makeConnectionEvent('account.disconnected', { connection: { id: 'c1', retailer: null } })),
    ).toStrictEqual({
      connection_id: 'c1',
      source: 'subtotal',
    })
    const nothing = {
      first_name: null,
      last_name: null,
      email: null,
      mobile: null,
      postal_code: null,
      account_created_date: null,
    }
    const figures = {
      total_purchases: 0,
      last_purchase_date: null,
      brand_purchases: null,
      last_brand_purchase_date: null,
      brand_purchase_rate: 0,
    }
    expect(
      propertiesOf({}, makeProfileEvent('profile.updated', { connection: { id: 'c1' }, profile: { ...nothing, ...figures } })),
    ).toStrictEqual({ connection_id: 'c1', total_purchases: 0, brand_purchase_rate: 0, source: 'subtotal' })
  })

  test.each([
    ['1.6', '1.60'],
    ['0', '0.00'],
    ['-12.5', '-12.50'],
    ['1.234', '1.234'],
    ['1e3', '1000.00'],
    ['-2.5E-4', '-0.00025'],
    ['12345678901234567890.1', '12345678901234567890.10'],
    ['0.1', '0.10'],
  ])('money %s is sent as %s', (total, sent) => {
    expect(propertiesOf({}, makePurchaseEvent({ purchase: { total } }))).toMatchObject({ total: sent })
  })

  test('money too long for Braze is left out rather than cut, with a warning', () => {
    const event = makePurchaseEvent({ purchase: { total: '1e300' } })
    const { requests, warnings } = createBrazeConnector({ apiKey, instance: 'US-01' }).plan([event])
    expect(JSON.stringify(requests)).not.toContain('"total"')
    expect(warnings).toStrictEqual([{ eventId: event.id, warning: 'total: left out, because Braze takes 255 characters a text' }])
  })

  test('UPCs keep their zeros and stand once, in order; brands too', () => {
    const item = (upc: string | null, brand: string | null) => ({
      id: null,
      quantity: 2,
      price: null,
      product: { id: null, name: null, description: null, brand, upc },
    })
    const items = [
      item('000000000017', 'b'),
      item('49000028911', 'a'),
      item('000000000017', 'b'),
      item(null, null),
      item('17', 'a'),
    ]
    expect(propertiesOf({}, makePurchaseEvent({ purchase: { items } }))).toMatchObject({
      upcs: ['000000000017', '49000028911', '17'],
      brands: ['b', 'a'],
    })
  })
})

describe('the person', () => {
  test.each<[NonNullable<ConnectorOptions['identifyBy']>, object]>([
    ['email', { email: 'robin@shoppers.example' }],
    ['customerId', { external_id: 'customer-42' }],
    ['mobile', { phone: '+12025550142' }],
    [['mobile', 'email'], { phone: '+12025550142' }],
  ])('by %j is sent with that identifier alone', (identifyBy, person) => {
    expect(bodies({ identifyBy }, [examples['account.connected']])).toStrictEqual([
      {
        events: [
          { ...person, name: 'subtotal_account_connected', time: occurredAt, properties: published.subtotal_account_connected },
        ],
      },
    ])
  })

  test('by a list is the first that is usable', () => {
    const event = makeConnectionEvent('account.connected', { customer: { ...customer, id: null, email: 'not an address' } })
    expect(bodies({ identifyBy: ['customerId', 'email', 'mobile'] }, [event])).toMatchObject([
      { events: [{ phone: '+12025550142' }] },
    ])
  })

  test('is never taken from the profile', () => {
    const event = makeProfileEvent('profile.created', { customer: { id: null, email: null, mobile: null } })
    expect(refusal({ identifyBy: ['email', 'mobile', 'customerId'] }, event)).toMatchObject({
      status: 'rejected',
      error: { code: 'ERR_NO_IDENTIFIER' },
    })
  })

  test('with an id over 987 bytes or an email over 255 characters is refused before Braze does', () => {
    const long = { id: 'ü'.repeat(494), email: `${'a'.repeat(243)}@shop.example` }
    const event = makeConnectionEvent('account.connected', { customer: long })
    for (const identifyBy of ['customerId', 'email'] as const) {
      expect(refusal({ identifyBy }, event)).toMatchObject({ status: 'rejected', error: { code: 'ERR_TOO_LARGE' } })
    }
    const just = { id: `${'ü'.repeat(493)}x`, email: `${'a'.repeat(242)}@shop.example` }
    expect(bodies({ identifyBy: 'customerId' }, [makeConnectionEvent('account.connected', { customer: just })])).toHaveLength(1)
    expect(bodies({}, [makeConnectionEvent('account.connected', { customer: just })])).toHaveLength(1)
  })
})
