import { eventPointer, eventsOf, groupPointer, groupsOf, type KlaviyoBody } from './mock-klaviyo-envelope-rules.ts'
import { at, isAbsent, isRecord } from './mock-klaviyo-rule.ts'
import type { KlaviyoSettings } from './mock-klaviyo-settings.ts'

/** An event as Klaviyo keeps it. */
export interface AcceptedKlaviyoEvent {
  /** The metric's name. */
  readonly metric: string
  /** `null` when none was sent. */
  readonly uniqueId: string | null
  /** The profile's attributes as sent, with its `id` if one was sent, without a phone number that is none. */
  readonly profile: Readonly<Record<string, unknown>>
  /** Without those that Klaviyo ignores: `0`, `null` and `""` at the top level. */
  readonly properties: Readonly<Record<string, unknown>>
  /** ISO 8601 in UTC, truncated to the second; when none was sent, when the request came in. */
  readonly time: string
  /** `null` when neither this nor an earlier event of the metric had one; `0` when only an earlier one had. */
  readonly value: number | null
  readonly valueCurrency: string | null
  /** Whether flows are kept from starting. */
  readonly backfill: boolean
}

/** An event of a request, before it is judged. */
export interface KlaviyoEntry {
  /** Its resource object. */
  readonly resource: unknown
  /** JSON pointer of the resource object. */
  readonly pointer: string
  /** The profile's resource object. */
  readonly profile: unknown
  readonly profilePointer: string
  /** The `backfill` of the event's group in a bulk job. */
  readonly groupBackfill: unknown
  readonly isInJob: boolean
  /** The revision whose rules apply. */
  readonly revision: string
  readonly settings: KlaviyoSettings
  readonly nowMs: number
}

/** What all events of one request share. */
export type KlaviyoEntryContext = Pick<KlaviyoEntry, 'revision' | 'settings' | 'nowMs'>

/** The events of a body whose envelope is right. */
export function toKlaviyoEntries(body: KlaviyoBody, context: KlaviyoEntryContext): readonly KlaviyoEntry[] {
  if (!body.isJob) {
    const resource = at(body.json, 'data')
    return [
      {
        resource,
        pointer: '/data',
        profile: at(resource, 'attributes', 'profile', 'data'),
        profilePointer: '/data/attributes/profile/data',
        groupBackfill: undefined,
        isInJob: false,
        ...context,
      },
    ]
  }
  return groupsOf(body).flatMap((group, groupIndex) =>
    eventsOf(group).map((resource, index) => ({
      resource,
      pointer: eventPointer(groupIndex, index),
      profile: at(group, 'attributes', 'profile', 'data'),
      profilePointer: `${groupPointer(groupIndex)}/attributes/profile/data`,
      groupBackfill: at(group, 'attributes', 'backfill'),
      isInJob: true,
      ...context,
    })),
  )
}

/** What Klaviyo keeps of an event that breaks no rule. */
export function toAcceptedEvent(entry: KlaviyoEntry): AcceptedKlaviyoEvent {
  const attributes = at(entry.resource, 'attributes')
  const time = at(attributes, 'time')
  const value = at(attributes, 'value')
  const timeMs = typeof time === 'string' ? Date.parse(time) : entry.nowMs
  return {
    metric: textOf(at(attributes, 'metric', 'data', 'attributes', 'name')) ?? '',
    uniqueId: textOf(at(attributes, 'unique_id')),
    profile: keptProfile(entry.profile),
    properties: Object.fromEntries(Object.entries(recordOf(at(attributes, 'properties'))).filter(([, kept]) => !isIgnored(kept))),
    time: new Date(Math.floor(timeMs / 1000) * 1000).toISOString(),
    value: typeof value === 'number' ? value : null,
    valueCurrency: textOf(at(attributes, 'value_currency')),
    backfill: at(attributes, 'backfill') === true || entry.groupBackfill === true,
  }
}

/** Whether a phone number has the form E.164. */
export function isPhoneNumber(value: unknown): boolean {
  return typeof value === 'string' && /^\+[1-9]\d{6,14}$/.test(value)
}

/** Whether an address has the form of one. */
export function isEmail(value: unknown): boolean {
  return typeof value === 'string' && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value)
}

/** Whether an event property counts as not set. */
function isIgnored(value: unknown): boolean {
  return value === 0 || value === null || value === ''
}

function keptProfile(profile: unknown): Record<string, unknown> {
  const attributes = { ...recordOf(at(profile, 'attributes')) }
  if (!isPhoneNumber(attributes['phone_number'])) delete attributes['phone_number']
  const id = at(profile, 'id')
  return isAbsent(id) ? attributes : { id, ...attributes }
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
