import type { BrazeObjectRule } from './mock-braze-rule.ts'
import { brazePages } from './mock-braze-rule.ts'
import { characters, isText } from './mock-braze-values.ts'

const maxProductIdCharacters = 255
const maxQuantity = 100
const currencies = new Set(Intl.supportedValuesOf('currency'))

/** Rules about the objects in `purchases`, besides their time and properties. */
export const brazePurchaseRules: readonly BrazeObjectRule[] = [
  {
    name: 'a purchase has a product_id',
    source: brazePages.purchaseObject,
    arrays: ['purchases'],
    problem: ({ product_id: id }) => (isText(id) ? undefined : "'product_id' is required"),
  },
  {
    name: 'a product_id has at most 255 characters',
    source: brazePages.purchaseObject,
    arrays: ['purchases'],
    problem: ({ product_id: id }) =>
      isText(id) && characters(id) > maxProductIdCharacters ? "'product_id' is too long" : undefined,
  },
  {
    name: 'a currency is ISO 4217',
    source: brazePages.track,
    arrays: ['purchases'],
    problem: ({ currency }) =>
      typeof currency === 'string' && currencies.has(currency) ? undefined : "'currency' must be an ISO 4217 currency",
  },
  {
    name: 'a price is a number',
    source: brazePages.purchaseObject,
    arrays: ['purchases'],
    problem: ({ price }) => (typeof price === 'number' ? undefined : "'price' must be a number"),
  },
  {
    name: 'a quantity is a whole number from 1 to 100',
    source: brazePages.purchaseObject,
    arrays: ['purchases'],
    problem: ({ quantity }) => (quantity === undefined || isQuantity(quantity) ? undefined : "'quantity' is not valid"),
  },
]

function isQuantity(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maxQuantity
}
