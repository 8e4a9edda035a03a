import type { EcommerceEvent, EcommercePerson } from '../src/ecommerce/ecommerce-event.ts'
import { ecommerceEvent } from '../src/ecommerce/ecommerce-event.ts'
import { ecommerceEvents } from '../src/ecommerce/ecommerce-events.ts'
import type { EcommerceEventName } from '../src/ecommerce/ecommerce-properties.ts'
import type { Shape } from '../src/ecommerce/shape-of.ts'
import { itemShapeOf, shapeOf } from '../src/ecommerce/shape-of.ts'

const isEventName = (name: string): name is EcommerceEventName => Object.hasOwn(ecommerceEvents, name)

/** The names of the 28 events. */
export const ecommerceEventNames: readonly EcommerceEventName[] = Object.keys(ecommerceEvents).filter(isEventName)

/** Every property of a shape, each of its type, and one that the specification does not name. */
export function exampleOf(shape: Shape): Record<string, unknown> {
  const values = Object.entries(shape).map(([key, type]) => [key, exampleValueOf(type)])
  return { ...Object.fromEntries(values), own_extra: { any: ['thing', null] } }
}

function exampleValueOf(type: string): unknown {
  if (type === 'string') return 'some text'
  if (type === 'number') return 44.64
  return type === 'integer' ? 4 : [exampleOf(itemShapeOf(type)), {}]
}

/** One event of each name, all properties set. */
export function oneOfEach(person: EcommercePerson): EcommerceEvent[] {
  return ecommerceEventNames.map((name) => ecommerceEvent(name, person, exampleOf(shapeOf(name))))
}
