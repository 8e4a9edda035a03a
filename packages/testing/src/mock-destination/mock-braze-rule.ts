import type { JsonObject } from './mock-braze-values.ts'
import type { MockAnswer, MockRequest } from './mock-server.ts'

/** The three arrays of a `/users/track` body, in the order in which Braze processes them. */
export const brazeArrays = ['attributes', 'events', 'purchases'] as const

/** One of {@link brazeArrays}. */
export type BrazeArray = (typeof brazeArrays)[number]

/** What a rule of Braze says and where it is written. */
export interface BrazeRule {
  readonly name: string
  /** The page that states it. */
  readonly source: string
  /** What the page leaves open; the mock then takes the strictest reading. */
  readonly doubt?: string
}

/** What a request is judged by. */
export interface BrazeSettings {
  readonly apiKey: string | undefined
  readonly permissions: readonly string[]
  readonly isAccountActive: boolean
  readonly maxObjects: number
}

/** A rule about a whole request: the refusal, or `undefined`. */
export interface BrazeRequestRule extends BrazeRule {
  refuse(request: MockRequest, settings: BrazeSettings): MockAnswer | undefined
}

/** A rule about one object: the `type` of its error entry, or `undefined`. */
export interface BrazeObjectRule extends BrazeRule {
  readonly arrays: readonly BrazeArray[]
  problem(object: JsonObject): string | undefined
}

/** Pages of Braze's documentation. */
export const brazePages = {
  basics: 'https://www.braze.com/docs/api/basics',
  errors: 'https://www.braze.com/docs/api/errors',
  limits: 'https://www.braze.com/docs/api/api_limits',
  track: 'https://www.braze.com/docs/api/endpoints/user_data/post_user_track',
  trackSync: 'https://www.braze.com/docs/api/endpoints/user_data/post_user_track_synchronous',
  eventObject: 'https://www.braze.com/docs/api/objects_filters/event_object',
  purchaseObject: 'https://www.braze.com/docs/api/objects_filters/purchase_object',
  attributesObject: 'https://www.braze.com/docs/api/objects_filters/user_attributes_object',
  dataTypes: 'https://www.braze.com/docs/user_guide/data/activation/custom_data/data_types',
  customAttributes: 'https://www.braze.com/docs/user_guide/data/activation/attributes/custom_attributes',
  recommendedEvents: 'https://www.braze.com/docs/user_guide/data/activation/events/recommended_events',
} as const
