import { expect, it } from 'vitest'
import { connectionEvent } from '../../test/events.ts'
import { createShopConnector } from '../../test/shop-connector.ts'

function statusWith(verdict: unknown) {
  const filter: () => boolean = () => verdict as boolean
  const { requests, notSent } = createShopConnector({ apiKey: 'k', shop: 'one', filter }).plan([connectionEvent(1)])
  return { sent: requests.length, notSent: notSent.map(({ result }) => result) }
}

it('sends what the filter returns true for, and skips what it returns false for', () => {
  expect(statusWith(true)).toStrictEqual({ sent: 1, notSent: [] })
  expect(statusWith(false)).toStrictEqual({ sent: 0, notSent: [{ status: 'skipped', reason: 'filtered out' }] })
})

it.each([
  ['a promise', Promise.resolve(false)],
  ['nothing', undefined],
  ['null', null],
  ['0', 0],
  ['a text', 'false'],
])('does not send what the filter returns %s for, and says why', (_, verdict) => {
  expect(statusWith(verdict)).toMatchObject({
    sent: 0,
    notSent: [{ status: 'rejected', error: { code: 'ERR_MAPPING', message: expect.stringContaining('filter') } }],
  })
})

it('does not take a blank customer id for an identifier', () => {
  const shop = createShopConnector({ apiKey: 'k', shop: 'one', identifyBy: 'customerId' })
  const event = connectionEvent(1, { customer: { id: '  ', email: 'a@example.org', mobile: null } })
  expect(shop.plan([event]).notSent).toMatchObject([{ result: { error: { code: 'ERR_NO_IDENTIFIER' } } }])
})
