import { isAlias, personOf } from './mock-braze-person-rules.ts'
import type { BrazeArray, BrazeRule } from './mock-braze-rule.ts'
import { brazeArrays, brazePages } from './mock-braze-rule.ts'
import type { JsonObject } from './mock-braze-values.ts'
import { characters, isObject, timeOf, valuesWithin } from './mock-braze-values.ts'

/** What Braze remembers and knows when it processes an object. */
export interface BrazeWorld {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Everybody who has a profile, as `personOf` names them. */
  readonly people: ReadonlySet<string>
}

/** Something that Braze accepts with a success and then does not keep as it was sent. */
export interface BrazeLoss extends BrazeRule {
  readonly arrays: readonly BrazeArray[]
  /** The object as it is kept: the same one, a changed copy, or `undefined` when nothing of it is kept. */
  keep(object: JsonObject, world: BrazeWorld): JsonObject | undefined
}

const maxAttributeCharacters = 255
const maxAttributeItems = 500
const dateLikeShape = /^(\d{1,2})([-/])(\d{1,2})\2(\d{4})$/

/** What is lost without an error, in the order in which it is looked at. */
export const brazeLosses: readonly BrazeLoss[] = [
  {
    name: 'attributes of an unknown alias, unless _update_existing_only is false',
    source: brazePages.track,
    arrays: ['attributes'],
    keep: (object, { people }) =>
      isAlias(object) && object['_update_existing_only'] !== false && isUnknown(object, people) ? undefined : object,
  },
  {
    name: 'events and purchases of an unknown alias',
    source: brazePages.eventObject,
    doubt: 'the event and purchase objects say so always, the track page says that _update_existing_only: false prevents it',
    arrays: ['events', 'purchases'],
    keep: (object, { people }) => (isAlias(object) && isUnknown(object, people) ? undefined : object),
  },
  {
    name: 'anything of an unknown person when _update_existing_only is true',
    source: brazePages.track,
    arrays: brazeArrays,
    keep: (object, { people }) => (object['_update_existing_only'] === true && isUnknown(object, people) ? undefined : object),
  },
  {
    name: 'a time in the future becomes now',
    source: brazePages.eventObject,
    arrays: ['events', 'purchases'],
    keep: (object, { now }) => ((timeOf(object['time']) ?? 0) > now ? { ...object, time: new Date(now).toISOString() } : object),
  },
  {
    name: 'spaces around an attribute name',
    source: brazePages.customAttributes,
    arrays: ['attributes'],
    keep: (object) =>
      Object.keys(object).some((name) => name !== name.trim())
        ? Object.fromEntries(Object.entries(object).map(([name, value]) => [name.trim(), value]))
        : object,
  },
  {
    name: 'a nested attribute with a null inside',
    source: brazePages.customAttributes,
    arrays: ['attributes'],
    keep: (object) => withoutMembers(object, (value) => isNested(value) && [...valuesWithin(value)].includes(null)),
  },
  {
    name: 'an attribute string of more than 255 characters',
    source: brazePages.trackSync,
    doubt: 'the page says that a success does not prove that an over-long value was kept; cut or dropped is not stated',
    arrays: ['attributes'],
    keep: (object) => withoutMembers(object, (value) => typeof value === 'string' && characters(value) > maxAttributeCharacters),
  },
  {
    name: 'the oldest items of an attribute array of more than 500',
    source: brazePages.dataTypes,
    doubt: 'the page of the attribute object gives 25 as the default and 100 as the most',
    arrays: ['attributes'],
    keep: (object) =>
      mapMembers(object, (value) =>
        Array.isArray(value) && value.length > maxAttributeItems ? value.slice(-maxAttributeItems) : value,
      ),
  },
  {
    name: 'an attribute string that looks like a date becomes a time',
    source: brazePages.customAttributes,
    arrays: ['attributes'],
    keep: (object) => mapMembers(object, (value) => (typeof value === 'string' ? (dateOf(value) ?? value) : value)),
  },
]

function isUnknown(object: JsonObject, people: ReadonlySet<string>): boolean {
  return !people.has(personOf(object) ?? '')
}

const identityNames: readonly string[] = ['external_id', 'braze_id', 'user_alias', 'email', 'phone']

function isNested(value: unknown): boolean {
  return isObject(value) || (Array.isArray(value) && value.some(isObject))
}

function withoutMembers(object: JsonObject, isLost: (value: unknown) => boolean): JsonObject {
  const kept = Object.entries(object).filter(([name, value]) => identityNames.includes(name) || !isLost(value))
  return kept.length === Object.keys(object).length ? object : Object.fromEntries(kept)
}

function mapMembers(object: JsonObject, map: (value: unknown) => unknown): JsonObject {
  const mapped = Object.entries(object).map(([name, value]) => [name, identityNames.includes(name) ? value : map(value)] as const)
  return mapped.every(([name, value]) => value === object[name]) ? object : Object.fromEntries(mapped)
}

function dateOf(text: string): string | undefined {
  const [, month, , day, year] = dateLikeShape.exec(text) ?? []
  const milliseconds = Date.UTC(Number(year), Number(month) - 1, Number(day))
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString()
}
