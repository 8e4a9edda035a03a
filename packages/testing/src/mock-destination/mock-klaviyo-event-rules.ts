import type { KlaviyoEntry } from './mock-klaviyo-event.ts'
import { at, invalid, isAbsent, isRecord, type KlaviyoFault, type KlaviyoRule, klaviyoPages } from './mock-klaviyo-rule.ts'

/** Characters of a metric's name. */
const maxMetricCharacters = 127

/** Characters of a `unique_id`. */
const maxUniqueIdCharacters = 255

const eventFields = ['properties', 'time', 'value', 'value_currency', 'unique_id', 'metric']
const backfillSince = '2026-04-15'
const earlyTimesSince = '2026-07-15'
const dateTimePattern = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/

/** What refuses an event, its profile aside. All breaches of a request are answered together, and nothing of it is kept. */
export const klaviyoEventRules: readonly KlaviyoRule<KlaviyoEntry>[] = [
  invalid('a field that events do not have, also backfill before revision 2026-04-15', klaviyoPages.unknownFields, (entry) =>
    Object.keys(attributesOf(entry))
      .filter((field) => !isEventField(field, entry))
      .map((field) => fault(entry, field, `'${field}' is not a valid field for the resource 'event'.`)),
  ),
  invalid('an event without a metric', klaviyoPages.createEvent, (entry) =>
    isRecord(at(entry.resource, 'attributes', 'metric', 'data')) ? undefined : required(entry, 'metric'),
  ),
  invalid('a metric of another type than metric', klaviyoPages.openapi, (entry) => {
    const metric = at(entry.resource, 'attributes', 'metric', 'data')
    return !isRecord(metric) || metric['type'] === 'metric'
      ? undefined
      : fault(entry, 'metric/data/type', "The type must be 'metric'.")
  }),
  invalid('a metric without a name', klaviyoPages.createEvent, (entry) => {
    const name = metricNameOf(entry)
    const hasMetric = isRecord(at(entry.resource, 'attributes', 'metric', 'data'))
    return !hasMetric || (typeof name === 'string' && name !== '')
      ? undefined
      : fault(entry, 'metric/data/attributes/name', "The field 'name' is required.")
  }),
  invalid('a metric name of 128 characters or more', klaviyoPages.createEvent, (entry) => {
    const name = metricNameOf(entry)
    return typeof name !== 'string' || name.length <= maxMetricCharacters
      ? undefined
      : fault(entry, 'metric/data/attributes/name', 'The metric name must have less than 128 characters.')
  }),
  invalid('an event without properties', klaviyoPages.createEvent, (entry) =>
    isRecord(attributesOf(entry)['properties']) ? undefined : required(entry, 'properties'),
  ),
  invalid('a time that is not an ISO 8601 date-time with a zone', klaviyoPages.createEvent, (entry) => {
    const time = attributesOf(entry)['time']
    return isAbsent(time) || timeOf(entry) !== undefined ? undefined : fault(entry, 'time', 'Not a valid datetime.')
  }),
  invalid('a time before 1990, or before 2000 in revisions before 2026-07-15', klaviyoPages.createEvent, (entry) => {
    const earliest = entry.revision < earlyTimesSince ? 2000 : 1990
    const timeMs = timeOf(entry)
    return timeMs === undefined || timeMs >= Date.UTC(earliest, 0)
      ? undefined
      : fault(entry, 'time', `The time must be after the year ${earliest}.`)
  }),
  invalid('a time more than a year ahead', klaviyoPages.createEvent, (entry) => {
    const latest = new Date(entry.nowMs)
    latest.setUTCFullYear(latest.getUTCFullYear() + 1)
    const timeMs = timeOf(entry)
    return timeMs === undefined || timeMs <= latest.getTime()
      ? undefined
      : fault(entry, 'time', 'The time must be at most one year in the future.')
  }),
  invalid('a value that is not a number', klaviyoPages.openapi, (entry) =>
    isAbsentOr('number', attributesOf(entry)['value']) ? undefined : fault(entry, 'value', 'Not a valid number.'),
  ),
  invalid('a currency that is not an ISO 4217 code', klaviyoPages.createEvent, (entry) => {
    const currency = attributesOf(entry)['value_currency']
    return isAbsent(currency) || (typeof currency === 'string' && /^[A-Z]{3}$/.test(currency))
      ? undefined
      : fault(entry, 'value_currency', 'Not a valid currency code.')
  }),
  invalid('a unique_id that is not a string', klaviyoPages.openapi, (entry) =>
    isAbsentOr('string', attributesOf(entry)['unique_id']) ? undefined : fault(entry, 'unique_id', 'Not a valid string.'),
  ),
  invalid('a unique_id of no or more than 255 characters', klaviyoPages.events, (entry) => {
    const uniqueId = attributesOf(entry)['unique_id']
    return typeof uniqueId !== 'string' || (uniqueId.length > 0 && uniqueId.length <= maxUniqueIdCharacters)
      ? undefined
      : fault(entry, 'unique_id', 'The unique_id must have 1 to 255 characters.')
  }),
  invalid('a backfill flag that is not a boolean', klaviyoPages.openapi, (entry) =>
    [attributesOf(entry)['backfill'], entry.groupBackfill].every((flag) => isAbsentOr('boolean', flag))
      ? undefined
      : fault(entry, 'backfill', 'Not a valid boolean.'),
  ),
]

function isEventField(field: string, entry: KlaviyoEntry): boolean {
  if (field === 'profile') return !entry.isInJob
  if (field === 'backfill') return entry.revision >= backfillSince
  return eventFields.includes(field)
}

function attributesOf(entry: KlaviyoEntry): Record<string, unknown> {
  const attributes = at(entry.resource, 'attributes')
  return isRecord(attributes) ? attributes : {}
}

function metricNameOf(entry: KlaviyoEntry): unknown {
  return at(attributesOf(entry), 'metric', 'data', 'attributes', 'name')
}

function timeOf(entry: KlaviyoEntry): number | undefined {
  const time = attributesOf(entry)['time']
  if (typeof time !== 'string' || !dateTimePattern.test(time)) return undefined
  const timeMs = Date.parse(time)
  return Number.isNaN(timeMs) ? undefined : timeMs
}

function isAbsentOr(type: 'string' | 'number' | 'boolean', value: unknown): boolean {
  return isAbsent(value) || typeof value === type
}

function required(entry: KlaviyoEntry, field: string): KlaviyoFault {
  return fault(entry, field, `The field '${field}' is required.`)
}

function fault(entry: KlaviyoEntry, field: string, detail: string): KlaviyoFault {
  return { detail, pointer: `${entry.pointer}/attributes/${field}` }
}
