import type { BrazeObjectRule } from './mock-braze-rule.ts'
import { brazeArrays, brazePages } from './mock-braze-rule.ts'
import type { JsonObject } from './mock-braze-values.ts'
import { isObject, isText } from './mock-braze-values.ts'

/** An `external_id` that the mock treats as one on Braze's spam block list, whose entries are not published. */
export const blockedExternalId = 'blocked-external-id'

/** The identifiers of which an object holds at most one. */
const primaryIdentifiers = ['external_id', 'braze_id', 'user_alias'] as const

const maxExternalIdBytes = 987
const identifiers = [...primaryIdentifiers, 'email', 'phone'] as const

/** Rules about whom an object is about, the same in all three arrays. */
export const brazePersonRules: readonly BrazeObjectRule[] = [
  {
    name: 'an object names a person',
    source: brazePages.track,
    arrays: brazeArrays,
    problem: (object) =>
      identifiers.some((name) => isThere(object[name]))
        ? undefined
        : "'external_id', 'braze_id', 'user_alias', 'email' or 'phone' is required",
  },
  {
    name: 'an object holds at most one of external_id, braze_id and user_alias',
    source: brazePages.track,
    arrays: brazeArrays,
    problem: (object) =>
      primaryIdentifiers.filter((name) => isThere(object[name])).length > 1
        ? "only one of 'external_id', 'braze_id' or 'user_alias' may be provided"
        : undefined,
  },
  {
    name: 'external_id and braze_id are strings',
    source: brazePages.track,
    arrays: brazeArrays,
    problem: (object) => {
      const wrong = ['external_id', 'braze_id'].find((name) => isThere(object[name]) && typeof object[name] !== 'string')
      return wrong === undefined ? undefined : `'${wrong}' must be a string`
    },
  },
  {
    name: 'an external_id has at most 987 bytes',
    source: brazePages.track,
    arrays: brazeArrays,
    problem: ({ external_id: id }) =>
      typeof id === 'string' && Buffer.byteLength(id) > maxExternalIdBytes ? 'EXTERNAL_USER_ID_TOO_LARGE' : undefined,
  },
  {
    name: 'an external_id is not on the block list',
    source: brazePages.track,
    arrays: brazeArrays,
    problem: ({ external_id: id }) => (id === blockedExternalId ? 'BLACKLISTED_EXTERNAL_USER_ID' : undefined),
  },
  {
    name: 'a user_alias has alias_name and alias_label',
    source: brazePages.track,
    arrays: brazeArrays,
    problem: ({ user_alias: alias }) => {
      if (!isThere(alias)) return undefined
      const isWhole = isObject(alias) && isText(alias['alias_name']) && isText(alias['alias_label'])
      return isWhole ? undefined : "'user_alias' must have 'alias_name' and 'alias_label'"
    },
  },
  {
    name: 'an email is an address',
    source: brazePages.track,
    arrays: brazeArrays,
    problem: ({ email }) =>
      !isThere(email) || isEmail(email) ? undefined : "The value provided for the 'email' field is not a valid email.",
  },
  {
    name: 'a phone that the person is looked up by is a number',
    source: brazePages.track,
    doubt: 'E.164 is recommended; whether other forms are taken is not stated',
    arrays: brazeArrays,
    problem: (object) => {
      const isLookup = !isThere(object['email']) && primaryIdentifiers.every((name) => !isThere(object[name]))
      if (!isLookup || !isThere(object['phone'])) return undefined
      return isPhone(object['phone']) ? undefined : "The value provided for the 'phone' field is not a valid phone number."
    },
  },
  {
    name: '_update_existing_only is a boolean',
    source: brazePages.track,
    arrays: brazeArrays,
    problem: ({ _update_existing_only: value }) =>
      value === undefined || typeof value === 'boolean' ? undefined : "'_update_existing_only' must be a boolean",
  },
]

/** The one identifier that Braze looks the person up by, as a key; `undefined` when there is none. */
export function personOf(object: JsonObject): string | undefined {
  const name = identifiers.find((candidate) => isThere(object[candidate]))
  return name === undefined ? undefined : `${name}:${JSON.stringify(object[name])}`
}

/** Whether the person is named by an alias. */
export function isAlias(object: JsonObject): boolean {
  return isThere(object['user_alias'])
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function isEmail(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value)
}

function isPhone(value: unknown): boolean {
  return typeof value === 'string' && /^\+[1-9]\d{6,14}$/.test(value)
}
