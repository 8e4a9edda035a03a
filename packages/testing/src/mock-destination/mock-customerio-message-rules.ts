import { isBooleansByName } from './mock-customerio-request-rules.ts'
import {
  at,
  type CustomerioObject,
  type CustomerioRule,
  customerioPages,
  isDateTime,
  isObject,
  isText,
  jsonBytes,
} from './mock-customerio-rule.ts'

/** Bytes of one message; KB are not defined, and read as 1,000 bytes. */
const maxMessageBytes = 32_000

/** One message of a request: an item of a batch, or the body of a single call. */
export interface CustomerioItem {
  readonly message: unknown
  /** The type that the endpoint takes: `'batch'` for any. */
  readonly endpoint: string
}

const types = ['identify', 'track', 'page', 'screen', 'group', 'alias']

/** What refuses one message. */
export const customerioMessageRules: readonly CustomerioRule<CustomerioItem>[] = [
  {
    name: 'a message that is not an object',
    source: customerioPages.openapi,
    error: 'A message must be an object.',
    isBroken: ({ message }) => !isObject(message),
  },
  {
    ...rule('a message over 32 KB', 'A message is larger than 32KB.', (message) => {
      return jsonBytes(message) > maxMessageBytes
    }),
    source: customerioPages.api,
    doubt: 'the answer in strict mode is not documented; 400 is presumed',
  },
  rule('a message of a batch without a type', 'type is required.', (message, { endpoint }) => {
    return endpoint === 'batch' && message['type'] === undefined
  }),
  rule('an unknown type', 'type is unknown.', ({ type }) => type !== undefined && !types.some((known) => known === type)),
  rule('another type than that of the endpoint', 'type does not fit the endpoint.', ({ type }, { endpoint }) => {
    return endpoint !== 'batch' && types.some((known) => known === type) && type !== endpoint
  }),
  rule('a userId that is not a string', 'userId must be a string.', ({ userId }) => isNoString(userId)),
  rule('an anonymousId that is not a string', 'anonymousId must be a string.', ({ anonymousId }) => isNoString(anonymousId)),
  rule('a groupId that is not a string', 'groupId must be a string.', ({ groupId }) => isNoString(groupId)),
  {
    ...rule('nobody named, or with an empty id alone', 'userId or anonymousId is required.', (message, item) => {
      const isNamed = isText(message['userId']) || isText(message['anonymousId'])
      const isNamedOtherwise =
        (typeOf(item) === 'track' && isText(message['groupId'])) ||
        (typeOf(item) === 'identify' && isText(at(message, 'traits', 'email'))) ||
        message['event'] === 'Report Delivery Event' ||
        message['event'] === 'Report Content Event'
      return !isNamed && !isNamedOtherwise
    }),
    doubt: 'the schemas let an empty id pass; only identify says that an email trait may stand for it',
  },
  {
    ...rule('a track with both userId and anonymousId', 'Only one of userId and anonymousId may be given.', (message, item) => {
      return typeOf(item) === 'track' && isText(message['userId']) && isText(message['anonymousId'])
    }),
    source: customerioPages.ecommerce,
    doubt: 'the schemas allow one of the two; the official libraries send both, and the service is said to take it',
  },
  rule('a track without an event', 'event is required.', (message, item) => {
    return typeOf(item) === 'track' && (message['event'] === undefined || message['event'] === '')
  }),
  rule('an event that is not a string', 'event must be a string.', ({ event }) => isNoString(event)),
  rule('a group without a groupId', 'groupId is required.', (message, item) => {
    return typeOf(item) === 'group' && (message['groupId'] === undefined || message['groupId'] === '')
  }),
  rule('an alias without a previousId', 'previousId is required.', (message, item) => {
    return typeOf(item) === 'alias' && !isText(message['previousId'])
  }),
  rule('properties that are not an object', 'properties must be an object.', ({ properties }) => isNoObject(properties)),
  rule('traits that are not an object', 'traits must be an object.', ({ traits }) => isNoObject(traits)),
  rule('an email trait that is not a string', 'traits.email must be a string.', (message, item) => {
    return typeOf(item) === 'identify' && isNoString(at(message, 'traits', 'email'))
  }),
  rule('a createdAt trait that is not a date-time', 'traits.createdAt must be a date-time.', (message, item) => {
    return typeOf(item) === 'identify' && isNoDateTime(at(message, 'traits', 'createdAt'))
  }),
  rule('a timestamp that is not a date-time with a zone', 'timestamp must be a date-time.', ({ timestamp }) => {
    return isNoDateTime(timestamp)
  }),
  rule('an originalTimestamp that is not a date-time', 'originalTimestamp must be a date-time.', ({ originalTimestamp }) => {
    return isNoDateTime(originalTimestamp)
  }),
  rule('a sentAt that is not a date-time', 'sentAt must be a date-time.', ({ sentAt }) => isNoDateTime(sentAt)),
  rule('a messageId that is not a string', 'messageId must be a string.', ({ messageId }) => isNoString(messageId)),
  rule('a context that is not an object', 'context must be an object.', ({ context }) => isNoObject(context)),
  rule('integrations that are not booleans by name', 'integrations must be booleans by name.', ({ integrations }) => {
    return integrations !== undefined && !isBooleansByName(integrations)
  }),
]

/** The type of a message: its own, or its endpoint's when it has none. */
export function typeOf({ message, endpoint }: CustomerioItem): unknown {
  return at(message, 'type') ?? endpoint
}

function rule(
  name: string,
  error: string,
  isBroken: (message: CustomerioObject, item: CustomerioItem) => boolean,
): CustomerioRule<CustomerioItem> {
  return {
    name,
    source: customerioPages.openapi,
    error,
    isBroken: (item) => isObject(item.message) && isBroken(item.message, item),
  }
}

function isNoString(value: unknown): boolean {
  return value !== undefined && typeof value !== 'string'
}

function isNoObject(value: unknown): boolean {
  return value !== undefined && !isObject(value)
}

function isNoDateTime(value: unknown): boolean {
  return value !== undefined && !isDateTime(value)
}
