import type { ecommerceEvents, ecommerceObjects } from './ecommerce-events.ts'

/** The exact name of one of the 28 events, such as `Order Completed`. */
export type EcommerceEventName = keyof typeof ecommerceEvents

/** The name of one of the objects in the events' properties, such as `product`. */
export type EcommerceObjectName = keyof typeof ecommerceObjects

type ValueOf<Type> = Type extends 'string'
  ? string
  : Type extends 'number' | 'integer'
    ? number
    : Type extends `${infer Name extends EcommerceObjectName}[]`
      ? readonly EcommerceObject<Name>[]
      : never

type ValuesOf<Shape> = { readonly [Key in keyof Shape]?: ValueOf<Shape[Key]> }

/** One object of an event's properties, a product of an order say. Further properties are allowed. */
export type EcommerceObject<Name extends EcommerceObjectName> = ValuesOf<(typeof ecommerceObjects)[Name]> &
  Readonly<Record<string, unknown>>

type AllOf<Event> = Event extends { readonly all_of: infer Name extends EcommerceObjectName }
  ? ValuesOf<(typeof ecommerceObjects)[Name]>
  : unknown

/** The properties of one of the 28 events: those of the specification with its types, none required, and any others. */
export type EcommerceProperties<Name extends EcommerceEventName> = ValuesOf<(typeof ecommerceEvents)[Name]['properties']> &
  AllOf<(typeof ecommerceEvents)[Name]> &
  Readonly<Record<string, unknown>>
