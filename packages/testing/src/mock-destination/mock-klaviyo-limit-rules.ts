import type { KlaviyoEntry } from './mock-klaviyo-event.ts'
import { at, invalid, isRecord, type KlaviyoRule, klaviyoPages } from './mock-klaviyo-rule.ts'

/** Klaviyo's data limits inside one event; KB are read as 1,000 bytes. */
const dataLimits = {
  properties: 400,
  stringBytes: 100_000,
  arrayItems: 4000,
  nestedLevels: 10,
  profileBytes: 95_000,
} as const

const integerBound = 2 ** 63

/** The data limits of an event. By default a breach is answered 202 and the event is lost; see the option `dataLimits`. */
export const klaviyoLimitRules: readonly KlaviyoRule<KlaviyoEntry>[] = [
  limit('more than 400 properties', klaviyoPages.createEvent, (properties) => {
    return Object.keys(properties).length > dataLimits.properties
  }),
  limit('a string of more than 100 KB', klaviyoPages.bulkCreateEvents, (properties) =>
    some(properties, (value) => typeof value === 'string' && Buffer.byteLength(value) > dataLimits.stringBytes),
  ),
  limit('an array of more than 4,000 items', klaviyoPages.events, (properties) =>
    some(properties, (value) => Array.isArray(value) && value.length > dataLimits.arrayItems),
  ),
  limit(
    'objects nested more than 10 levels deep',
    klaviyoPages.events,
    (properties) => depthOf(properties) > dataLimits.nestedLevels,
  ),
  limit('an integer outside 64 bits', klaviyoPages.events, (properties) =>
    some(properties, (value) => Number.isInteger(value) && Math.abs(Number(value)) >= integerBound),
  ),
  invalid('a profile of more than 95 KB', klaviyoPages.events, ({ profile, profilePointer }) =>
    isRecord(profile) && Buffer.byteLength(JSON.stringify(profile)) > dataLimits.profileBytes
      ? { detail: 'The profile is larger than 95 KB.', pointer: `${profilePointer}/attributes` }
      : undefined,
  ),
]

function limit(
  name: string,
  source: string,
  isBroken: (properties: Record<string, unknown>) => boolean,
): KlaviyoRule<KlaviyoEntry> {
  return invalid(name, source, ({ resource, pointer }) => {
    const properties = at(resource, 'attributes', 'properties')
    return isRecord(properties) && isBroken(properties)
      ? { detail: `The properties have ${name}.`, pointer: `${pointer}/attributes/properties` }
      : undefined
  })
}

function some(value: unknown, isBroken: (value: unknown) => boolean): boolean {
  if (isBroken(value)) return true
  return typeof value === 'object' && value !== null && Object.values(value).some((inner) => some(inner, isBroken))
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const deepest = Object.values(value).reduce((depth: number, inner) => Math.max(depth, depthOf(inner)), 0)
  return Array.isArray(value) ? deepest : deepest + 1
}
