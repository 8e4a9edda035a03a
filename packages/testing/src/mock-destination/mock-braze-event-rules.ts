import type { BrazeObjectRule } from './mock-braze-rule.ts'
import { brazePages } from './mock-braze-rule.ts'
import type { JsonObject } from './mock-braze-values.ts'
import { characters, isObject, isText, timeOf } from './mock-braze-values.ts'

const maxNameCharacters = 255
const orderPlacedName = 'ecommerce.order_placed'
const orderPlacedRequired = ['order_id', 'total_value', 'currency', 'products', 'source']
const orderProductRequired = ['product_id', 'product_name', 'variant_id', 'quantity', 'price']

/** Rules about the objects in `events`. */
export const brazeEventRules: readonly BrazeObjectRule[] = [
  {
    name: 'an event has a name',
    source: brazePages.eventObject,
    arrays: ['events'],
    problem: ({ name }) => (isText(name) ? undefined : "'name' is required"),
  },
  {
    name: 'an event name has at most 255 characters',
    source: brazePages.eventObject,
    doubt: 'no page read states a limit',
    arrays: ['events'],
    problem: ({ name }) => (isText(name) && characters(name) > maxNameCharacters ? "'name' is too long" : undefined),
  },
  {
    name: 'an app_id is a string',
    source: brazePages.eventObject,
    arrays: ['events', 'purchases'],
    problem: ({ app_id: id }) => (id === undefined || isText(id) ? undefined : "'app_id' must be a string"),
  },
  {
    name: 'an event or purchase has a time',
    source: brazePages.eventObject,
    arrays: ['events', 'purchases'],
    problem: ({ time }) => (time === undefined || time === null || time === '' ? "'time' is required" : undefined),
  },
  {
    name: 'a time is ISO 8601 with a time of day',
    source: brazePages.eventObject,
    arrays: ['events', 'purchases'],
    problem: ({ time }) =>
      time === undefined || time === null || time === '' || timeOf(time) !== undefined
        ? undefined
        : "'time' must be an ISO 8601 datetime",
  },
  {
    name: 'an ecommerce.order_placed event has every required property',
    source: brazePages.recommendedEvents,
    arrays: ['events'],
    problem: (event) => {
      const missing = missingInOrder(event)
      return missing === undefined ? undefined : `The property '#/' did not contain a required property of '${missing}'`
    },
  },
]

function missingInOrder({ name, properties }: JsonObject): string | undefined {
  if (name !== orderPlacedName) return undefined
  const order = isObject(properties) ? properties : {}
  const products: readonly unknown[] = Array.isArray(order['products']) ? order['products'] : []
  return (
    orderPlacedRequired.find((key) => order[key] === undefined) ??
    orderProductRequired.find((key) => products.some((product) => !isObject(product) || product[key] === undefined))
  )
}
