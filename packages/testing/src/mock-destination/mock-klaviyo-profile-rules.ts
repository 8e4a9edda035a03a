import { isEmail, isPhoneNumber, type KlaviyoEntry } from './mock-klaviyo-event.ts'
import { at, invalid, isAbsent, isRecord, type KlaviyoFault, type KlaviyoRule, klaviyoPages } from './mock-klaviyo-rule.ts'

/** Characters of a profile's `email`. */
const maxEmailCharacters = 100

const identifiers = ['email', 'phone_number', 'external_id', 'anonymous_id', '_kx']
const profileFields = [
  ...identifiers,
  'first_name',
  'last_name',
  'organization',
  'locale',
  'title',
  'image',
  'location',
  'properties',
]

/** What refuses an event for its profile. */
export const klaviyoProfileRules: readonly KlaviyoRule<KlaviyoEntry>[] = [
  invalid('an event without a profile', klaviyoPages.createEvent, (entry) =>
    isRecord(entry.profile)
      ? undefined
      : { detail: "The field 'profile' is required.", pointer: entry.profilePointer.replace(/\/data$/, '') },
  ),
  invalid('a profile of another type than profile', klaviyoPages.openapi, ({ profile, profilePointer }) =>
    !isRecord(profile) || profile['type'] === 'profile'
      ? undefined
      : { detail: "The type must be 'profile'.", pointer: `${profilePointer}/type` },
  ),
  invalid('a profile without attributes', klaviyoPages.openapi, ({ profile, profilePointer }) =>
    !isRecord(profile) || isRecord(profile['attributes'])
      ? undefined
      : { detail: "The field 'attributes' is required.", pointer: `${profilePointer}/attributes` },
  ),
  invalid('a field that profiles do not have', klaviyoPages.unknownFields, (entry) =>
    Object.keys(attributesOf(entry))
      .filter((field) => !profileFields.includes(field) && !(field === 'meta' && !entry.isInJob))
      .map((field) => fault(entry, field, `'${field}' is not a valid field for the resource 'profile'.`)),
  ),
  invalid('a profile without an identifier', klaviyoPages.createEvent, (entry) => {
    const given = [at(entry.profile, 'id'), ...identifiers.map((identifier) => attributesOf(entry)[identifier])]
    return !isRecord(entry.profile) || given.some((identifier) => !isAbsent(identifier) && identifier !== '')
      ? undefined
      : { detail: 'A profile needs at least one identifier.', pointer: `${entry.profilePointer}/attributes` }
  }),
  invalid('an identifier that is not a string', klaviyoPages.openapi, (entry) =>
    identifiers
      .filter((identifier) => {
        const value = attributesOf(entry)[identifier]
        return !isAbsent(value) && typeof value !== 'string'
      })
      .map((identifier) => fault(entry, identifier, 'Not a valid string.')),
  ),
  invalid('a profile id that is not a string', klaviyoPages.openapi, ({ profile, profilePointer }) => {
    const id = at(profile, 'id')
    return isAbsent(id) || typeof id === 'string' ? undefined : { detail: 'Not a valid string.', pointer: `${profilePointer}/id` }
  }),
  invalid('a malformed email', klaviyoPages.profiles, (entry) => {
    const email = attributesOf(entry)['email']
    return typeof email !== 'string' || email === '' || isEmail(email)
      ? undefined
      : fault(entry, 'email', 'Invalid email address.')
  }),
  invalid('an email of more than 100 characters', klaviyoPages.events, (entry) => {
    const email = attributesOf(entry)['email']
    return typeof email !== 'string' || email.length <= maxEmailCharacters
      ? undefined
      : fault(entry, 'email', 'The email must have at most 100 characters.')
  }),
  invalid('a phone number not in E.164, without a valid email beside it', klaviyoPages.phoneNumbers, (entry) => {
    const { email, phone_number: phoneNumber } = attributesOf(entry)
    return typeof phoneNumber !== 'string' || phoneNumber === '' || isPhoneNumber(phoneNumber) || isEmail(email)
      ? undefined
      : fault(entry, 'phone_number', 'Invalid phone number format. Use the format E.164.')
  }),
  invalid('a phone number alone, when the account has no SMS set up', klaviyoPages.profiles, (entry) => {
    const others = identifiers.filter((identifier) => identifier !== 'phone_number')
    const isAlone =
      isPhoneNumber(attributesOf(entry)['phone_number']) &&
      [at(entry.profile, 'id'), ...others.map((identifier) => attributesOf(entry)[identifier])].every(isAbsent)
    return isAlone && !entry.settings.smsEnabled
      ? fault(entry, 'phone_number', 'The account does not support phone numbers.')
      : undefined
  }),
  invalid('profile properties that are not an object', klaviyoPages.openapi, (entry) => {
    const properties = attributesOf(entry)['properties']
    return isAbsent(properties) || isRecord(properties) ? undefined : fault(entry, 'properties', 'Not a valid object.')
  }),
]

function attributesOf(entry: KlaviyoEntry): Record<string, unknown> {
  const attributes = at(entry.profile, 'attributes')
  return isRecord(attributes) ? attributes : {}
}

function fault(entry: KlaviyoEntry, field: string, detail: string): KlaviyoFault {
  return { detail, pointer: `${entry.profilePointer}/attributes/${field}` }
}
