import type { SubtotalEvent } from '@subtotal-connectors/core'
import { OptionsError } from '@subtotal-connectors/core'
import { makeConnectionEvent, makeProfileEvent, makePurchaseEvent } from '@subtotal-connectors/testing'
import { describe, expect, it } from 'vitest'
import { messagesOf } from '../test/messages-of.ts'
import { createCustomerioConnector } from './customerio-connector.ts'

const apiKey = 'cio-key-of-nobody-1234567890'

function refusal(options: unknown): unknown {
  try {
    Reflect.apply(createCustomerioConnector, undefined, [options])
  } catch (error) {
    return error
  }
  return undefined
}

describe('createCustomerioConnector', () => {
  it.each([
    ['us', undefined, 'https://cdp.customer.io/v1/batch'],
    ['eu', 'eu', 'https://cdp-eu.customer.io/v1/batch'],
  ] as const)('sends to the region %s', (_, region, url) => {
    const connector = createCustomerioConnector(region === undefined ? { apiKey } : { apiKey, region })
    expect(connector.plan([makePurchaseEvent()]).requests[0]?.url).toBe(url)
  })

  it('sends to the base URL rather than to the region', () => {
    const connector = createCustomerioConnector({ apiKey, region: 'eu', baseUrl: 'http://127.0.0.1:4010' })
    expect(connector.plan([makePurchaseEvent()]).requests[0]?.url).toBe('http://127.0.0.1:4010/v1/batch')
  })

  it('plans strict mode and never the key', () => {
    const { requests } = createCustomerioConnector({ apiKey }).plan([makePurchaseEvent()])
    expect(requests[0]?.headers).toMatchObject({ 'x-strict-mode': '1', 'content-type': 'application/json' })
    const plan = JSON.stringify(requests)
    expect(plan).not.toContain(apiKey)
    expect(plan).not.toContain(Buffer.from(`${apiKey}:`).toString('base64'))
    expect(plan.toLowerCase()).not.toContain('authorization')
  })

  it.each([
    ['mobile alone', 'mobile'],
    ['mobile first in a list', ['mobile', 'email']],
    ['mobile last in a list', ['customerId', 'mobile']],
  ])('refuses to identify by %s at once, and says why', (_, identifyBy) => {
    const error = refusal({ apiKey, identifyBy })
    expect(error).toBeInstanceOf(OptionsError)
    expect(String(error)).toMatch(/"identifyBy".*no phone number/)
  })

  it.each([
    ['region', { region: 'asia' }],
    ['identifyBy', { identifyBy: 'phone' }],
    ['identifyBy', { identifyBy: [] }],
    ['attributeDates', { attributeDates: 'ms' }],
    ['apiKey', { apiKey: '' }],
    ['baseUrl', { baseUrl: 'http://cdp.customer.io' }],
    ['baseUrl', { baseUrl: 'https://cdp.customer.io/v1' }],
    ['siteId', { siteId: 'x' }],
    ['events', { events: { 'account.disconnected': 'User Deleted' } }],
    ['events', { events: { 'account.connected': ' User Suppressed ' } }],
    ['events', { events: { 'account.connected': 'x'.repeat(101) } }],
  ])('refuses a wrong %s by name: %j', (name, options) => {
    const error = refusal({ apiKey, ...options })
    expect(error).toBeInstanceOf(OptionsError)
    expect(String(error)).toContain(name)
    expect(String(error)).not.toContain(apiKey)
  })

  it.each([
    ['email by default', undefined, 'robin@shoppers.example'],
    ['email', 'email', 'robin@shoppers.example'],
    ['customerId', 'customerId', ' Cust_8841 '],
    ['the first of a list', ['customerId', 'email'], ' Cust_8841 '],
  ] as const)('identifies by %s', (_, identifyBy, userId) => {
    const connector = createCustomerioConnector(identifyBy === undefined ? { apiKey } : { apiKey, identifyBy })
    const event = makePurchaseEvent({ customer: { id: ' Cust_8841 ', email: ' Robin@Shoppers.EXAMPLE ' } })
    expect(messagesOf(connector.plan([event]).requests[0])[0]?.['userId']).toBe(userId)
  })

  it("falls back along a list, and never to the profile's email", () => {
    const connector = createCustomerioConnector({ apiKey, identifyBy: ['customerId', 'email'] })
    const event = makeProfileEvent('profile.created', { customer: { id: null, email: 'robin@shoppers.example' } })
    expect(messagesOf(connector.plan([event]).requests[0])[0]?.['userId']).toBe('robin@shoppers.example')
    const nobody = makeProfileEvent('profile.created', { customer: { id: null, email: null } })
    expect(connector.plan([nobody]).notSent[0]?.result).toMatchObject({
      status: 'rejected',
      error: { code: 'ERR_NO_IDENTIFIER' },
    })
  })

  it('renames events, switches them off, and skips what is configured to be skipped', () => {
    const purchase = makePurchaseEvent()
    const planned = (options: object, event: SubtotalEvent) => {
      const { requests, notSent } = createCustomerioConnector({ apiKey, ...options }).plan([event])
      return requests.length > 0 ? messagesOf(requests[0])[0]?.['event'] : notSent[0]?.result.status
    }
    expect(planned({}, purchase)).toBe('Order Completed')
    expect(planned({ events: { 'purchase.created': 'Retail Purchase Completed' } }, purchase)).toBe('Retail Purchase Completed')
    expect(planned({ events: { 'purchase.created': false } }, purchase)).toBe('skipped')
    expect(planned({ filter: (event: SubtotalEvent) => event.type !== 'purchase.created' }, purchase)).toBe('skipped')
    expect(planned({}, makePurchaseEvent({ isHistorical: true, isSimulated: true }))).toBe('Order Completed')
    expect(planned({ historical: 'skip' }, makePurchaseEvent({ isHistorical: true }))).toBe('skipped')
    expect(planned({ simulated: 'skip' }, makePurchaseEvent({ isSimulated: true }))).toBe('skipped')
  })

  it('keeps 100 messages and 475,000 bytes per request', () => {
    const connector = createCustomerioConnector({ apiKey })
    const small = Array.from({ length: 250 }, (_, index) => makeConnectionEvent('account.connected', { id: `event-${index}` }))
    expect(connector.plan(small).requests.map((request) => messagesOf(request).length)).toStrictEqual([100, 100, 50])
    const large = createCustomerioConnector({ apiKey, properties: () => ({ note: 'é'.repeat(15_000) }) })
    for (const request of large.plan(small).requests) {
      expect(Buffer.byteLength(JSON.stringify(request.body))).toBeLessThanOrEqual(475_000)
    }
    const tooLarge = createCustomerioConnector({ apiKey, properties: () => ({ note: 'é'.repeat(16_000) }) })
    expect(tooLarge.plan(small.slice(0, 1)).notSent[0]?.result).toMatchObject({
      status: 'rejected',
      error: { code: 'ERR_TOO_LARGE' },
    })
  })

  it('sends an event that is given twice once', () => {
    const { requests } = createCustomerioConnector({ apiKey }).plan([makePurchaseEvent(), makePurchaseEvent({ id: 'backfill' })])
    expect(messagesOf(requests[0])).toHaveLength(1)
  })
})
