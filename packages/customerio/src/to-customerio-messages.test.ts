import type { SubtotalEvent } from '@subtotal-connectors/core'
import {
  makeConnectionEvent,
  makeEveryEvent,
  makeProfileEvent,
  makePurchaseEvent,
  publishedPurchaseEvent,
} from '@subtotal-connectors/testing'
import { describe, expect, it } from 'vitest'
import { messagesOf } from '../test/messages-of.ts'
import { validateBatch, validateEcommerceMessage } from '../test/specification.ts'
import orderCompleted from './__fixtures__/order-completed.published.json' with { type: 'json' }
import { createCustomerioConnector } from './customerio-connector.ts'
import type { CustomerioConnectorOptions } from './customerio-connector-options.ts'

type Options = Omit<CustomerioConnectorOptions, 'apiKey'>

function messagesFor(events: readonly SubtotalEvent[], options: Options = {}): Readonly<Record<string, unknown>>[] {
  const plan = createCustomerioConnector({ apiKey: 'cio-key-of-nobody', ...options }).plan(events)
  expect(plan.notSent).toStrictEqual([])
  return plan.requests.flatMap((request) => {
    expect(validateBatch(request.body), JSON.stringify(validateBatch.errors)).toBe(true)
    return messagesOf(request)
  })
}

function propertiesFor(event: SubtotalEvent, options: Options = {}): unknown {
  const [message] = messagesFor([event], options)
  return message?.['properties']
}

const linkUrl = 'https://link.subtotal.example/zSG5nWHy?utm_source=email&x=a%20b'
const common = {
  type: 'track',
  userId: 'robin.ashdown@shoppers.example',
  timestamp: '2026-01-21T16:05:00.000Z',
  context: { active: false, library: { name: '@subtotal-connectors/customerio' } },
}

describe('a purchase', () => {
  it("makes the whole message of Subtotal's published purchase, in the published order", () => {
    const messages = messagesFor([publishedPurchaseEvent()], { currency: 'USD' })
    expect(messages).toStrictEqual([orderCompleted])
    expect(JSON.stringify(messages)).toBe(JSON.stringify([orderCompleted]))
  })

  it("is valid as Customer.io's semantic Order Completed", () => {
    const events = [publishedPurchaseEvent(), publishedPurchaseEvent('braze'), makePurchaseEvent({ purchase: { items: [] } })]
    for (const event of events) {
      const [message] = messagesFor([event], { currency: 'USD' })
      expect(validateEcommerceMessage(message), JSON.stringify(validateEcommerceMessage.errors)).toBe(true)
    }
  })

  it('takes the item count as Subtotal gives it', () => {
    expect(propertiesFor(publishedPurchaseEvent('braze'))).toMatchObject({
      item_count: 15,
      upcs: ['040000476528', '016000124790', '041331027878', '013000001243', '049000031171'],
      brands: ['frenchs', 'heinz', 'spam', 'jif', 'cheerios'],
    })
  })

  it('leaves out what is not known and keeps empty lists', () => {
    const event = makePurchaseEvent({
      connection: { retailer: null },
      purchase: { id: 'not-a-ulid', date: null, total: null, tax: null, subtotal: null, itemCount: 0, items: [] },
    })
    expect(propertiesFor(event)).toStrictEqual({
      order_id: 'not-a-ulid',
      products: [],
      item_count: 0,
      brands: [],
      upcs: [],
      source: 'subtotal',
    })
  })

  it('leaves out what is not known of a product, and takes its UPC for a missing id', () => {
    const nothing = { id: null, name: null, description: null, brand: null }
    const event = makePurchaseEvent({
      purchase: {
        items: [
          { id: null, quantity: 2, price: null, product: { ...nothing, upc: '000012345670' } },
          { id: null, quantity: 1, price: '3', product: { ...nothing, upc: null } },
        ],
      },
    })
    expect(propertiesFor(event)).toMatchObject({
      products: [
        { product_id: '000012345670', sku: '000012345670', quantity: 2 },
        { price: 3, quantity: 1 },
      ],
      brands: [],
      upcs: ['000012345670'],
    })
    expect(Object.keys(Object(Object(propertiesFor(event)).products[1]))).toStrictEqual(['price', 'quantity'])
  })

  it.each([
    ['44.64', 44.64],
    ['1.60', 1.6],
    ['-12.50', -12.5],
    ['1.5e3', 1500],
    ['1e-7', 1e-7],
    ['0', 0],
    ['12345678901234.56', 12345678901234.56],
    ['0.1234567890123456789', 0.12345678901234568],
  ])('turns the decimal %s into the number %d', (decimal, number) => {
    const event = makePurchaseEvent({ purchase: { total: decimal, tax: decimal, subtotal: decimal } })
    expect(propertiesFor(event)).toMatchObject({ total: number, tax: number, subtotal: number })
  })

  it.each(['1e999', 'forty'])('rejects the amount %s, which is no JSON number', (total) => {
    const connector = createCustomerioConnector({ apiKey: 'k' })
    const [notSent] = connector.plan([makePurchaseEvent({ purchase: { total } })]).notSent
    expect(notSent?.result).toMatchObject({ status: 'rejected', error: { code: 'ERR_MAPPING' } })
  })

  it('leaves out a quantity that is not whole, with a warning', () => {
    const [first] = makePurchaseEvent().purchase.items
    if (first === undefined) throw new Error('the made purchase has no item')
    const event = makePurchaseEvent({ purchase: { items: [{ ...first, quantity: 1.5 }] } })
    const plan = createCustomerioConnector({ apiKey: 'k' }).plan([event])
    expect(plan.warnings).toStrictEqual([{ eventId: event.id, warning: '1 items have no whole quantity: theirs is left out.' }])
    expect(Object.keys(Object(Object(propertiesFor(event)).products[0]))).not.toContain('quantity')
    expect(messagesFor([event]).every((message) => validateEcommerceMessage(message))).toBe(true)
  })

  it('trims an order of 10,000 units with a warning', () => {
    const [first] = makePurchaseEvent().purchase.items
    if (first === undefined) throw new Error('the made purchase has no item')
    const items = Array.from({ length: 10_000 }, (_, index) => ({
      ...first,
      product: { ...first.product, upc: String(index).padStart(12, '0') },
    }))
    const event = makePurchaseEvent({ purchase: { items } })
    const [message] = messagesFor([event])
    expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThanOrEqual(32_000)
    expect(message).toMatchObject({ properties: { item_count: 3, products_truncated: true, upcs_truncated: true } })
    expect(createCustomerioConnector({ apiKey: 'k' }).plan([event]).warnings).toHaveLength(4)
  })
})

describe('an event of a connection', () => {
  const ids = { connection_id: '01KFRSK9J11G807TAY0GCYSW67', retailer: 'walmart' }
  const withLink = { ...ids, link_url: `${linkUrl}&connection_id=01KFRSK9J11G807TAY0GCYSW67` }

  it.each([
    ['account.connected', 'Account Connected', ids],
    ['connection.reauthenticated', 'Connection Reauthenticated', ids],
    ['account.disconnected', 'Account Disconnected', withLink],
    ['connection.unauthenticated', 'Connection Unauthenticated', withLink],
  ] as const)('%s makes the whole message %s', (type, event, properties) => {
    const [message] = messagesFor([makeConnectionEvent(type)], { linkUrl })
    const expected = { ...common, event, messageId: message?.['messageId'], properties: { ...properties, source: 'subtotal' } }
    expect(message).toStrictEqual(expected)
    expect(JSON.stringify(message?.['properties'])).toBe(JSON.stringify(expected.properties))
  })

  it('leaves link_url out where no Link URL is set for its retailer', () => {
    const event = makeConnectionEvent('account.disconnected')
    expect(propertiesFor(event)).toStrictEqual({ ...ids, source: 'subtotal' })
    expect(propertiesFor(event, { linkUrl: { target: linkUrl } })).toStrictEqual({ ...ids, source: 'subtotal' })
    expect(propertiesFor(event, { linkUrl: { walmart: linkUrl } })).toStrictEqual({ ...withLink, source: 'subtotal' })
  })
})

describe('a profile', () => {
  const twelveFields = {
    connection_id: '01KFRSK9J11G807TAY0GCYSW67',
    first_name: 'Robin',
    last_name: 'Ashdown',
    email: 'r.ashdown@retailer-mail.example',
    mobile: '+12025550187',
    postal_code: '00501',
    account_created_date: '2024-03-12T00:00:00Z',
    total_purchases: 42,
    last_purchase_date: '2026-01-15T14:30:00Z',
    brand_purchases: 7,
    last_brand_purchase_date: '2026-01-14T09:45:00Z',
    brand_purchase_rate: 0.17,
    source: 'subtotal',
  }
  const traits = {
    first_name: 'Robin',
    last_name: 'Ashdown',
    postal_code: '00501',
    subtotal_walmart_connection_id: '01KFRSK9J11G807TAY0GCYSW67',
    subtotal_walmart_account_created_date: '2024-03-12T00:00:00Z',
    subtotal_walmart_total_purchases: 42,
    subtotal_walmart_last_purchase_date: '2026-01-15T14:30:00Z',
    subtotal_walmart_brand_purchases: 7,
    subtotal_walmart_last_brand_purchase_date: '2026-01-14T09:45:00Z',
    subtotal_walmart_brand_purchase_rate: 0.17,
  }

  it.each([
    ['profile.created', 'Profile Created'],
    ['profile.updated', 'Profile Updated'],
  ] as const)('%s makes the whole message %s', (type, event) => {
    const [message] = messagesFor([makeProfileEvent(type)])
    expect(message).toStrictEqual({ ...common, event, messageId: message?.['messageId'], properties: twelveFields })
    expect(JSON.stringify(message?.['properties'])).toBe(JSON.stringify(twelveFields))
  })

  it('leaves nulls out', () => {
    const profile = Object.fromEntries(Object.keys(twelveFields).map((key) => [key, null]))
    const event = makeProfileEvent('profile.created', { profile: { ...profile, connection_id: 'C1' } })
    expect(propertiesFor(event)).toStrictEqual({ connection_id: 'C1', source: 'subtotal' })
    expect(messagesFor([event], { profiles: 'attributes' })[0]?.['traits']).toStrictEqual({
      subtotal_walmart_connection_id: 'C1',
    })
  })

  it('becomes attributes alone on request, named by retailer, without email and phone', () => {
    const [message, ...rest] = messagesFor([makeProfileEvent('profile.updated')], { profiles: 'attributes' })
    expect(rest).toStrictEqual([])
    expect(message).toStrictEqual({ ...common, type: 'identify', messageId: message?.['messageId'], traits })
  })

  it('becomes an event and attributes with ids of their own', () => {
    const messages = messagesFor([makeProfileEvent('profile.updated')], { profiles: 'both' })
    expect(messages.map((message) => message['type'])).toStrictEqual(['track', 'identify'])
    expect(messages[0]?.['messageId']).not.toBe(messages[1]?.['messageId'])
  })

  it('is skipped when profiles are off', () => {
    const plan = createCustomerioConnector({ apiKey: 'k', profiles: 'off' }).plan([makeProfileEvent('profile.updated')])
    expect(plan.requests).toStrictEqual([])
    expect(plan.notSent.map(({ result }) => result.status)).toStrictEqual(['skipped'])
  })

  it('writes email and phone as attributes only on request, in the form that Customer.io wants', () => {
    const event = makeProfileEvent('profile.updated', { profile: { email: ' R.Ashdown@Retailer-Mail.EXAMPLE ' } })
    const [message] = messagesFor([event], { profiles: 'attributes', writeContact: true, identifyBy: 'customerId' })
    const contact = { email: 'r.ashdown@retailer-mail.example', phone: '+12025550187' }
    expect(message?.['traits']).toStrictEqual({ ...traits, ...contact })
  })

  it('never writes another email to a person identified by email, nor a phone number that is none', () => {
    const options = { profiles: 'attributes', writeContact: true } as const
    const phone = '+12025550187'
    expect(messagesFor([makeProfileEvent('profile.updated')], options)[0]?.['traits']).toStrictEqual({ ...traits, phone })
    const event = makeProfileEvent('profile.updated', { profile: { mobile: '202-555-0187' } })
    expect(messagesFor([event], options)[0]?.['traits']).toStrictEqual(traits)
  })

  it('writes dates of attributes in Unix seconds on request, and what is no date as it came', () => {
    const event = makeProfileEvent('profile.updated', { profile: { last_purchase_date: 'yesterday' } })
    const [message] = messagesFor([event], { profiles: 'attributes', attributeDates: 'unix' })
    expect(message?.['traits']).toStrictEqual({
      ...traits,
      subtotal_walmart_account_created_date: 1710201600,
      subtotal_walmart_last_purchase_date: 'yesterday',
      subtotal_walmart_last_brand_purchase_date: 1768383900,
    })
  })

  it('names attributes after an unknown retailer too', () => {
    const event = makeProfileEvent('profile.updated', { connection: { retailer: null } })
    const [message] = messagesFor([event], { profiles: 'attributes' })
    expect(Object.keys(Object(message?.['traits']))).toContain('subtotal_unknown_total_purchases')
  })

  it('leaves out an attribute that Customer.io would drop for its size, with a warning that names it', () => {
    const event = makeProfileEvent('profile.updated', { profile: { last_name: 'x'.repeat(999) } })
    const connector = createCustomerioConnector({ apiKey: 'k', profiles: 'attributes' })
    const { last_name: _, ...kept } = traits
    expect(messagesFor([event], { profiles: 'attributes' })[0]?.['traits']).toStrictEqual(kept)
    expect(connector.plan([event]).warnings.map(({ warning }) => warning)).toStrictEqual([
      'Customer.io keeps 1000 bytes of an attribute; left out: last_name.',
    ])
  })
})

describe('every event', () => {
  const all = makeEveryEvent()

  it('goes through the properties hook once, which has the last word', () => {
    const seen: string[] = []
    const messages = messagesFor(all, {
      profiles: 'both',
      properties: (event, { source: _, ...properties }) => {
        seen.push(event.type)
        return { ...properties, plan: 'gold' }
      },
    })
    expect(seen).toStrictEqual(all.map((event) => event.type))
    const tracks = messages.filter((message) => message['type'] === 'track')
    expect(tracks).toHaveLength(7)
    for (const { properties } of tracks) {
      expect(properties).toMatchObject({ plan: 'gold' })
      expect(Object.keys(Object(properties))).not.toContain('source')
    }
  })

  it('has one id of one person, a ULID of its own, and its time', () => {
    const messages = messagesFor(all, { profiles: 'both' })
    expect(new Set(messages.map((message) => message['messageId'])).size).toBe(9)
    for (const message of messages) {
      expect(message).toMatchObject({ userId: common.userId, timestamp: common.timestamp })
      expect(message).not.toHaveProperty('anonymousId')
      expect(message['messageId']).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
    }
  })

  it("is rejected when the person's identifier is longer than Customer.io keeps", () => {
    const connector = createCustomerioConnector({ apiKey: 'k', identifyBy: 'customerId' })
    const event = (id: string) => makeConnectionEvent('account.connected', { customer: { id } })
    expect(connector.plan([event('x'.repeat(150))]).notSent).toStrictEqual([])
    const [notSent] = connector.plan([event('ü'.repeat(76))]).notSent
    expect(notSent?.result).toMatchObject({ status: 'rejected', error: { code: 'ERR_TOO_LARGE' } })
  })
})
