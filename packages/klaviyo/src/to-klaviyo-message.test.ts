import type { SubtotalEvent } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent, makePurchaseEvent, publishedPurchaseEvent } from '@subtotal-connectors/testing'
import { describe, expect, test } from 'vitest'
import { attributesOf, plan, profileWith, propertiesOf } from '../test/plan.ts'
import published from './__fixtures__/published-events.json' with { type: 'json' }

const linkUrl = 'https://link.subtotal.com/zSG5nWHy'

const body = (name: string, properties: object, time: string, uniqueId: string) => ({
  data: {
    type: 'event',
    attributes: {
      metric: { data: { type: 'metric', attributes: { name } } },
      profile: profileWith({ email: 'robin.ashdown@shoppers.example' }),
      properties,
      time,
      unique_id: uniqueId,
    },
  },
})

describe('the published examples', () => {
  const time = '2026-01-21T16:05:00.000Z'
  const profileOf = (example: (typeof published)['Profile Created']) => ({
    connection: { id: example.connection_id },
    profile: example,
  })
  const cases: readonly (readonly [keyof typeof published, SubtotalEvent, string, string])[] = [
    [
      'Purchased at Retailer',
      publishedPurchaseEvent(),
      '2025-05-31T14:48:23.000Z',
      'purchase.created:01KEVN1ZPM9H19JSHGN5NF0M69',
    ],
    ['Connected an Account', makeConnectionEvent('account.connected', { id: 'E1' }), time, 'E1'],
    ['Disconnected an Account', makeConnectionEvent('account.disconnected', { id: 'E2' }), time, 'E2'],
    ['Reauthenticated Connection', makeConnectionEvent('connection.reauthenticated', { id: 'E3' }), time, 'E3'],
    ['Unauthenticated Connection', makeConnectionEvent('connection.unauthenticated', { id: 'E4' }), time, 'E4'],
    [
      'Profile Created',
      makeProfileEvent('profile.created', { id: 'E5', ...profileOf(published['Profile Created']) }),
      time,
      'E5',
    ],
    [
      'Profile Updated',
      makeProfileEvent('profile.updated', { id: 'E6', ...profileOf(published['Profile Updated']) }),
      time,
      'E6',
    ],
  ]

  test.each(cases)('%s', (name, event, occurredAt, uniqueId) => {
    expect(plan([event], { linkUrl }).requests.map((request) => request.body)).toStrictEqual([
      body(name, published[name], occurredAt, uniqueId),
    ])
  })

  test.each(cases)('%s has its properties in the published order', (name, event) => {
    expect(JSON.stringify(propertiesOf(event, { linkUrl }))).toBe(JSON.stringify(published[name]))
  })
})

describe('a purchase', () => {
  test('leaves out what is null', () => {
    const event = makePurchaseEvent({
      connection: { retailer: null },
      purchase: { date: null, total: null, tax: null, subtotal: null, itemCount: 0, items: [] },
    })
    expect(propertiesOf(event)).toStrictEqual({ purchase_id: '01KFGB4ZQ8M5T2X0R7N3V6CADE', item_count: 0, brands: [], upcs: [] })
  })

  test('has each brand once and each UPC once per unit, with leading zeros', () => {
    expect(propertiesOf(makePurchaseEvent())).toMatchObject({
      brands: ['diet-coke', 'heinz'],
      upcs: ['049000028911', '013000001243', '013000001243'],
    })
  })

  test.each([
    ['44.64', 44.64],
    ['-3.10', -3.1],
    ['0.00', 0],
    ['1.6', 1.6],
    ['1e-7', 1e-7],
    ['1.25E+3', 1250],
    ['0.1000000000000000055511151231257827', 0.1],
    ['123456789012.34', 123456789012.34],
  ])('turns the decimal %s into the number %d', (decimal, number) => {
    expect(propertiesOf(makePurchaseEvent({ purchase: { total: decimal, tax: decimal, subtotal: decimal } }))).toMatchObject({
      subtotal: number,
      tax: number,
      total: number,
    })
  })

  test('with money that is no decimal is rejected', () => {
    expect(plan([makePurchaseEvent({ purchase: { total: '12,50' } })]).notSent).toMatchObject([
      { result: { status: 'rejected', error: { code: 'ERR_MAPPING' } } },
    ])
  })

  test('of more than 4,000 units is sent with each UPC once and says so', () => {
    const [item] = makePurchaseEvent().purchase.items
    const items = item === undefined ? [] : [{ ...item, quantity: 10_000 }]
    const event = makePurchaseEvent({ purchase: { items, itemCount: 10_000 } })
    expect(propertiesOf(event)).toMatchObject({ item_count: 10_000, upcs: ['049000028911'] })
    expect(plan([event]).warnings).toStrictEqual([
      {
        eventId: event.id,
        warning: 'upcs has each UPC once: the purchase has 10000 units, Klaviyo takes 4000 items in an array.',
      },
    ])
  })
})

describe('time and repeats', () => {
  test('a unique_id over 255 characters is hashed, always to the same', () => {
    const idempotencyKey = 'x'.repeat(256)
    expect(attributesOf(makePurchaseEvent({ idempotencyKey }))['unique_id']).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(attributesOf(makePurchaseEvent({ idempotencyKey }))).toStrictEqual(attributesOf(makePurchaseEvent({ idempotencyKey })))
    expect(attributesOf(makePurchaseEvent({ idempotencyKey: 'x'.repeat(255) }))['unique_id']).toBe('x'.repeat(255))
  })

  test('a historical purchase is marked backfill, a new one is not', () => {
    expect(attributesOf(makePurchaseEvent({ isHistorical: true }))['backfill']).toBe(true)
    expect(attributesOf(makePurchaseEvent())).not.toHaveProperty('backfill')
  })

  test('backfill: false marks nothing', () => {
    expect(attributesOf(makePurchaseEvent({ isHistorical: true }), { backfill: false })).not.toHaveProperty('backfill')
  })
})

test('a plan holds the headers that Klaviyo wants and no key', () => {
  const planned = plan([makePurchaseEvent()])
  expect(planned.requests[0]).toMatchObject({
    method: 'POST',
    url: 'https://a.klaviyo.com/api/events',
    headers: {
      accept: 'application/vnd.api+json',
      'content-type': 'application/vnd.api+json',
      revision: '2026-07-15',
      'x-klaviyo-revision-fall-forward-opt-out': '1',
    },
  })
  expect(JSON.stringify(planned)).not.toContain('pk_test_key')
})
