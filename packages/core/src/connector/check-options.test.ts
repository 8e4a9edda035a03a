import { expect, it } from 'vitest'
import { createShopConnector } from '../../test/shop-connector.ts'

// As a caller without types, or without exactOptionalPropertyTypes, may write them.
const make = (options: unknown) => () => createShopConnector(options as Parameters<typeof createShopConnector>[0])
const right = { apiKey: 'k', shop: 'one' }

it.each([
  [undefined, 'the options must be an object'],
  [{ ...right, apiKey: undefined }, 'option "apiKey": is undefined; set it'],
  [{ ...right, baseUrl: undefined }, 'option "baseUrl": is undefined; set it, or leave it out'],
  [{ ...right, events: { 'purchase.made': 'Made' } }, 'unknown option "events.purchase.made"'],
  [{ ...right, events: { 'purchase.created': true } }, 'option "events.purchase.created": must be false or a name'],
  [{ ...right, linkUrl: 5 }, 'option "linkUrl": must be an http or https URL, or one for each retailer'],
  [{ ...right, linkUrl: { walmart: 'x' } }, 'option "linkUrl.walmart": must be an http or https URL'],
  [{ ...right, apikey: 'k', Shop: 'x' }, 'unknown option "apikey", "Shop"'],
])('%j is refused with a message that names the option and what it must be', (options, message) => {
  expect(make(options)).toThrow(message)
})
