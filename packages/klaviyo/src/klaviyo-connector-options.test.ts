import type { SubtotalEvent } from '@subtotal-connectors/core'
import { OptionsError } from '@subtotal-connectors/core'
import { makeConnectionEvent, makePurchaseEvent } from '@subtotal-connectors/testing'
import { describe, expect, test } from 'vitest'
import { attributesOf, plan, propertiesOf } from '../test/plan.ts'
import { createKlaviyoConnector } from './klaviyo-connector.ts'
import type { KlaviyoConnectorOptions } from './klaviyo-connector-options.ts'

const linkUrl = 'https://link.subtotal.com/zSG5nWHy'

describe('value and currency', () => {
  const purchase = makePurchaseEvent()

  test.each([
    [{}, {}],
    [{ currency: 'USD' }, {}],
    [{ value: 'total' }, { value: 14.07 }],
    [
      { value: 'subtotal', currency: 'CAD' },
      { value: 12.97, value_currency: 'CAD' },
    ],
  ] as const)('%o gives %o', (options, expected) => {
    const attributes = Object.entries(attributesOf(purchase, options))
    expect(Object.fromEntries(attributes.filter(([name]) => name.startsWith('value')))).toStrictEqual(expected)
  })

  test('a purchase without the amount has none', () => {
    const event = makePurchaseEvent({ purchase: { total: null } })
    const names = Object.keys(attributesOf(event, { value: 'total', currency: 'USD' }))
    expect(names).toStrictEqual(['metric', 'profile', 'properties', 'time', 'unique_id'])
  })

  test('other events have none', () => {
    expect(attributesOf(makeConnectionEvent('account.connected'), { value: 'total', currency: 'USD' })).not.toHaveProperty(
      'value',
    )
  })
})

describe('common options', () => {
  const purchase = makePurchaseEvent()
  const connected = makeConnectionEvent('account.connected')
  const disconnected = makeConnectionEvent('account.disconnected')
  const skips = (event: SubtotalEvent, options: Partial<KlaviyoConnectorOptions>) =>
    plan([event], options).notSent[0]?.result.status === 'skipped'

  test('events switches off and renames', () => {
    const events = { 'account.connected': false, 'purchase.created': 'Bought' } as const
    expect(skips(connected, { events })).toBe(true)
    expect(attributesOf(purchase, { events })['metric']).toStrictEqual({
      data: { type: 'metric', attributes: { name: 'Bought' } },
    })
    expect(skips(disconnected, { events })).toBe(false)
  })

  test('filter skips', () => {
    const filter = (event: SubtotalEvent) => event.type !== 'purchase.created'
    expect(skips(purchase, { filter })).toBe(true)
    expect(skips(connected, { filter })).toBe(false)
  })

  test('properties replaces the properties and nothing else', () => {
    const { properties, ...rest } = attributesOf(purchase, {
      properties: (event, defaults) => ({ ...defaults, brands: undefined, source: event.type }),
    })
    const { properties: defaults, ...restOfDefaults } = attributesOf(purchase)
    expect(JSON.parse(JSON.stringify(properties))).toStrictEqual({
      ...JSON.parse(JSON.stringify(defaults, (name, value: unknown) => (name === 'brands' ? undefined : value))),
      source: 'purchase.created',
    })
    expect(rest).toStrictEqual(restOfDefaults)
  })

  test('what properties returns is held to the limits', () => {
    expect(plan([purchase], { properties: () => ({ note: 'x'.repeat(100_001) }) })).toMatchObject({
      requests: [{ body: { data: { attributes: { properties: { note: 'x'.repeat(100_000) } } } } }],
      warnings: [{ warning: 'note has the first 100000 of 100001 bytes: Klaviyo takes no longer string.' }],
    })
  })

  test('historical and simulated events are sent unless skipped', () => {
    const historical = makePurchaseEvent({ isHistorical: true })
    const simulated = makePurchaseEvent({ isSimulated: true })
    expect(skips(historical, {})).toBe(false)
    expect(skips(historical, { historical: 'skip' })).toBe(true)
    expect(skips(simulated, {})).toBe(false)
    expect(skips(simulated, { simulated: 'skip' })).toBe(true)
    expect(skips(purchase, { historical: 'skip', simulated: 'skip' })).toBe(false)
  })

  test('link_url keeps its query, and is left out where no retailer has one', () => {
    const linkUrls = {
      walmart: `${linkUrl}?redirect_url=https%3A%2F%2Fbrand.example%2Fprofile`,
      target: 'https://link.subtotal.com/tWGE4TJM',
    }
    const unauthenticated = makeConnectionEvent('connection.unauthenticated')
    expect(propertiesOf(unauthenticated, { linkUrl: linkUrls })).toStrictEqual({
      connection_id: '01KFRSK9J11G807TAY0GCYSW67',
      retailer: 'walmart',
      link_url:
        'https://link.subtotal.com/zSG5nWHy?redirect_url=https%3A%2F%2Fbrand.example%2Fprofile&connection_id=01KFRSK9J11G807TAY0GCYSW67',
    })
    const elsewhere = makeConnectionEvent('connection.unauthenticated', { connection: { retailer: 'sephora' } })
    expect(propertiesOf(elsewhere, { linkUrl: linkUrls })).toStrictEqual({
      connection_id: '01KFRSK9J11G807TAY0GCYSW67',
      retailer: 'sephora',
    })
    expect(propertiesOf(disconnected)).toStrictEqual({ connection_id: '01KFRSK9J11G807TAY0GCYSW67', retailer: 'walmart' })
  })

  test('a connection without a retailer leaves it out', () => {
    expect(propertiesOf(makeConnectionEvent('account.connected', { connection: { retailer: null } }))).toStrictEqual({
      connection_id: '01KFRSK9J11G807TAY0GCYSW67',
    })
  })
})

describe('wrong options throw at once and name the option', () => {
  test.each([
    ['apiKey', {}],
    ['apiKey', { apiKey: '' }],
    ['apiKey', { apiKey: 'Klaviyo-API-Key pk_secret_words' }],
    ['baseUrl', { apiKey: 'pk_secret_words', baseUrl: 'http://klaviyo.example' }],
    ['baseUrl', { apiKey: 'pk_secret_words', baseUrl: 'https://a.klaviyo.com/api' }],
    ['identifyBy', { apiKey: 'pk_secret_words', identifyBy: 'phone' }],
    ['backfill', { apiKey: 'pk_secret_words', backfill: 'yes' }],
    ['value', { apiKey: 'pk_secret_words', value: 'tax' }],
    ['currency', { apiKey: 'pk_secret_words', currency: 'dollars' }],
    ['region', { apiKey: 'pk_secret_words', region: 'eu' }],
    ['events.purchase.created', { apiKey: 'pk_secret_words', events: { 'purchase.created': 'x'.repeat(128) } }],
  ])('%s', (option, options) => {
    const thrown = thrownBy(() => Reflect.apply(createKlaviyoConnector, undefined, [options]))
    expect(thrown).toBeInstanceOf(OptionsError)
    expect(String(thrown)).toContain(`"${option}"`)
    expect(String(thrown)).not.toContain('secret_words')
  })

  test('a name of 127 characters is none', () => {
    const name = 'x'.repeat(127)
    expect(attributesOf(makePurchaseEvent(), { events: { 'purchase.created': name } })['metric']).toMatchObject({
      data: { attributes: { name } },
    })
  })
})

function thrownBy(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}
