import { blockedExternalId } from '../mock-braze-person-rules.ts'
import type { BrazeArray } from '../mock-braze-rule.ts'
import { attributes, event, eventOf, purchase } from './braze-call.ts'

/** An object that breaks one rule, and the `type` of its error. */
export interface BrazeObjectCase {
  readonly array?: BrazeArray
  readonly object: unknown
  readonly type: string
}

const withProperties = (properties: unknown) => ({ ...event, properties })
const group = (group: unknown) => ({ ...attributes, subscription_groups: [group] })
const invalidProperties = "Invalid 'properties' field"

export const brazeObjectCases: Readonly<Record<string, BrazeObjectCase>> = {
  'an object names a person': {
    object: eventOf({}),
    type: "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required",
  },
  'an object holds at most one of external_id, braze_id and user_alias': {
    object: eventOf({ external_id: 'a', braze_id: 'b' }),
    type: "only one of 'external_id', 'braze_id' or 'user_alias' may be provided",
  },
  'external_id and braze_id are strings': { object: eventOf({ external_id: 42 }), type: "'external_id' must be a string" },
  'an external_id has at most 987 bytes': {
    object: eventOf({ external_id: 'é'.repeat(494) }),
    type: 'EXTERNAL_USER_ID_TOO_LARGE',
  },
  'an external_id is not on the block list': {
    object: eventOf({ external_id: blockedExternalId }),
    type: 'BLACKLISTED_EXTERNAL_USER_ID',
  },
  'a user_alias has alias_name and alias_label': {
    object: eventOf({ user_alias: { alias_name: 'a' } }),
    type: "'user_alias' must have 'alias_name' and 'alias_label'",
  },
  'an email is an address': {
    object: eventOf({ email: 'robin@shoppers' }),
    type: "The value provided for the 'email' field is not a valid email.",
  },
  'a phone that the person is looked up by is a number': {
    object: eventOf({ phone: '202-555-0142' }),
    type: "The value provided for the 'phone' field is not a valid phone number.",
  },
  '_update_existing_only is a boolean': {
    object: { ...event, _update_existing_only: 'false' },
    type: "'_update_existing_only' must be a boolean",
  },
  'an event has a name': { object: { ...event, name: '' }, type: "'name' is required" },
  'an event name has at most 255 characters': { object: { ...event, name: 'n'.repeat(256) }, type: "'name' is too long" },
  'an app_id is a string': { object: { ...event, app_id: 7 }, type: "'app_id' must be a string" },
  'an event or purchase has a time': { object: { ...event, time: null }, type: "'time' is required" },
  'a time is ISO 8601 with a time of day': {
    object: { ...event, time: 1_768_996_798 },
    type: "'time' must be an ISO 8601 datetime",
  },
  'an ecommerce.order_placed event has every required property': {
    object: {
      ...withProperties({ order_id: '1', total_value: 1, currency: 'USD', products: [] }),
      name: 'ecommerce.order_placed',
    },
    type: "The property '#/' did not contain a required property of 'source'",
  },
  'a purchase has a product_id': {
    array: 'purchases',
    object: { ...purchase, product_id: null },
    type: "'product_id' is required",
  },
  'a product_id has at most 255 characters': {
    array: 'purchases',
    object: { ...purchase, product_id: 'p'.repeat(256) },
    type: "'product_id' is too long",
  },
  'a currency is ISO 4217': {
    array: 'purchases',
    object: { ...purchase, currency: 'usd' },
    type: "'currency' must be an ISO 4217 currency",
  },
  'a price is a number': { array: 'purchases', object: { ...purchase, price: '12.97' }, type: "'price' must be a number" },
  'a quantity is a whole number from 1 to 100': {
    array: 'purchases',
    object: { ...purchase, quantity: 101 },
    type: "'quantity' is not valid",
  },
  'properties are an object': { object: withProperties(['a']), type: invalidProperties },
  'a property name is not empty': { object: withProperties({ '': 1 }), type: 'property names must not be empty' },
  'a property name has at most 255 characters': {
    object: withProperties({ ['n'.repeat(256)]: 1 }),
    type: 'property names must be at most 255 characters',
  },
  'a property name does not start with a dollar sign': {
    object: withProperties({ $total: 1 }),
    type: "property names must not start with '$'",
  },
  'an event property is not named time or event_name': { object: withProperties({ time: 'noon' }), type: invalidProperties },
  'a purchase property has no reserved name': {
    array: 'purchases',
    object: { ...purchase, properties: { price: 1 } },
    type: invalidProperties,
  },
  'a property string has at most 255 characters': {
    object: withProperties({ brands: ['x'.repeat(256)] }),
    type: 'property strings must be at most 255 characters',
  },
  'a property value is a number, boolean, string, array or object': {
    object: withProperties({ retailer: null }),
    type: 'property values must not be null',
  },
  'a property array holds no times': {
    object: withProperties({ dates: ['2026-01-21T11:59:58Z'] }),
    type: 'property arrays must not hold datetimes',
  },
  'the properties of an event have at most 102,400 bytes': {
    object: withProperties({ upcs: Array.from({ length: 7000 }, () => '049000028911') }),
    type: "'properties' is too large",
  },
  'the properties of a purchase have at most 50 KB': {
    array: 'purchases',
    object: { ...purchase, properties: { upcs: Array.from({ length: 3400 }, () => '049000028911') } },
    type: "'properties' is too large",
  },
  'email_subscribe is a subscription state': {
    array: 'attributes',
    object: { ...attributes, email_subscribe: 'yes' },
    type: 'BAD_EMAIL_SUBSCRIPTION_STATE',
  },
  'push_subscribe is a subscription state': {
    array: 'attributes',
    object: { ...attributes, push_subscribe: true },
    type: 'BAD_PUSH_SUBSCRIPTION_STATE',
  },
  'current_location has a longitude and a latitude': {
    array: 'attributes',
    object: { ...attributes, current_location: { longitude: -74 } },
    type: 'BAD_LOCATION_UPDATE',
  },
  'subscription_groups is an array': {
    array: 'attributes',
    object: { ...attributes, subscription_groups: {} },
    type: 'BAD_SUBSCRIPTION_GROUP_ARRAY',
  },
  'a subscription group is an object': { array: 'attributes', object: group('news'), type: 'BAD_SUBSCRIPTION_GROUP_HASH' },
  'a subscription group has an id': {
    array: 'attributes',
    object: group({ subscription_state: 'subscribed' }),
    type: 'BAD_SUBSCRIPTION_GROUP_ID',
  },
  'a subscription group is subscribed or unsubscribed': {
    array: 'attributes',
    object: group({ subscription_group_id: 'news', subscription_state: 'opted_in' }),
    type: 'BAD_SUBSCRIPTION_GROUP_STATE',
  },
}
