import { ecommerceEvents, ecommerceObjects } from './ecommerce-events.ts'
import type { EcommerceEventName, EcommerceObjectName } from './ecommerce-properties.ts'

/** Properties with their types: `string`, `number`, `integer`, or a list such as `product[]`. */
export type Shape = Readonly<Record<string, string>>

/** The properties of an event, those of its `all_of` object among them. */
export function shapeOf(name: EcommerceEventName): Shape {
  const event = ecommerceEvents[name]
  return 'all_of' in event ? { ...ecommerceObjects[event.all_of], ...event.properties } : event.properties
}

/** The properties of one object of a list: `product[]` → those of a product. */
export function itemShapeOf(type: string): Shape {
  const name = type.replace(/\[\]$/, '')
  if (!isObjectName(name)) throw new TypeError(`the table of ecommerce events has an unknown type ${type}`)
  return ecommerceObjects[name]
}

function isObjectName(name: string): name is EcommerceObjectName {
  return Object.hasOwn(ecommerceObjects, name)
}
