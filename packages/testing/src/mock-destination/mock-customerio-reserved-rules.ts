import { type CustomerioItem, typeOf } from './mock-customerio-message-rules.ts'
import { at, type CustomerioObject, type CustomerioRule, customerioPages, isObject, isText } from './mock-customerio-rule.ts'

const personEvents = ['User Deleted', 'User Suppressed', 'User Unsuppressed']
const deviceEvents = ['Device Created or Updated', 'Device Deleted']

/** Names of `track` events that do something to the workspace instead of being recorded. */
export const customerioReservedEvents: readonly string[] = [
  ...personEvents,
  ...deviceEvents,
  'Relationship Deleted',
  'Object Deleted',
  'Report Delivery Event',
  'Report Content Event',
]

/** What refuses a message with a reserved event name. */
export const customerioReservedRules: readonly CustomerioRule<CustomerioItem>[] = [
  rule('User Deleted, User Suppressed or User Unsuppressed without a userId', 'userId is required.', personEvents, (message) => {
    return message['userId'] === undefined
  }),
  rule('a device event without a device token', 'context.device.token is required.', deviceEvents, (message) => {
    return !isText(at(message, 'context', 'device', 'token'))
  }),
  rule('a device event without a userId', 'userId is required.', deviceEvents, (message) => message['userId'] === undefined),
  rule('Relationship Deleted without a userId', 'userId is required.', ['Relationship Deleted'], (message) => {
    return message['userId'] === undefined
  }),
  rule(
    'Relationship Deleted or Object Deleted without an objectId',
    'properties.objectId is required.',
    ['Relationship Deleted', 'Object Deleted'],
    (message) => !isText(at(message, 'properties', 'objectId')),
  ),
  rule('Object Deleted without an anonymousId', 'anonymousId is required.', ['Object Deleted'], (message) => {
    return message['anonymousId'] === undefined
  }),
]

function rule(
  name: string,
  error: string,
  events: readonly string[],
  isBroken: (message: CustomerioObject) => boolean,
): CustomerioRule<CustomerioItem> {
  return {
    name,
    source: customerioPages.journeysEvents,
    error,
    isBroken: (item) =>
      isObject(item.message) &&
      typeOf(item) === 'track' &&
      events.some((event) => at(item.message, 'event') === event) &&
      isBroken(item.message),
  }
}
