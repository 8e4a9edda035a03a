import type { MockKlaviyoOptions } from '../mock-klaviyo-settings.ts'

/** Where a single event has its attributes. */
export const eventPointer: string = '/data/attributes'
/** Where a single event has its profile's attributes. */
export const profilePointer: string = '/data/attributes/profile/data/attributes'
/** The endpoint of bulk jobs. */
export const jobPath: string = '/api/event-bulk-create-jobs'
/** The first group of a job. */
export const groupPointer: string = '/data/attributes/events-bulk-create/data/0'

/** A malformed request, by the rule it breaks. */
export interface KlaviyoCase {
  readonly rule: string
  readonly options?: MockKlaviyoOptions
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** The body; text is sent as it is. Default: a right event. */
  readonly body?: unknown
  readonly status: number
  readonly code?: string
  readonly source?: { readonly pointer?: string; readonly parameter?: string }
}

/** A right profile. */
export const rightProfile: { readonly type: string; readonly attributes: Record<string, unknown> } = {
  type: 'profile',
  attributes: { email: 'robin.ashdown@shoppers.example' },
}
/** A right metric. */
export const rightMetric: { readonly data: Record<string, unknown> } = {
  data: { type: 'metric', attributes: { name: 'Purchased at Retailer' } },
}
/** The attributes of a right event. */
export const rightAttributes: Record<string, unknown> = {
  metric: rightMetric,
  profile: { data: rightProfile },
  properties: { purchase_id: '01KEVN1ZPM9H19JSHGN5NF0M69' },
  time: '2026-11-20T10:15:30Z',
  unique_id: 'purchase-1',
}

/** A single event, its attributes replaced in part; `undefined` leaves one out. */
export function event(attributes: Record<string, unknown> = {}): unknown {
  return { data: { type: 'event', attributes: { ...rightAttributes, ...attributes } } }
}

/** A single event with these attributes of its profile. */
export function profile(attributes: Record<string, unknown>, resource: Record<string, unknown> = {}): unknown {
  return event({ profile: { data: { type: 'profile', attributes, ...resource } } })
}

/** A single event with these properties. */
export function properties(value: Record<string, unknown>): unknown {
  return event({ properties: value })
}

/** An event of a job. */
export function jobEvent(attributes: Record<string, unknown> = {}): object {
  const { profile: _, ...rest } = rightAttributes
  return { type: 'event', attributes: { ...rest, ...attributes } }
}

/** A group of a job. */
export function group(events: readonly unknown[] = [jobEvent()], attributes: Record<string, unknown> = {}): object {
  return { type: 'event-bulk-create', attributes: { profile: { data: rightProfile }, events: { data: events }, ...attributes } }
}

/** A job. */
export function job(groups: unknown = [group()]): unknown {
  return { data: { type: 'event-bulk-create-job', attributes: { 'events-bulk-create': { data: groups } } } }
}
