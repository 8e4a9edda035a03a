import type { Properties } from '@subtotal-connectors/core'

/**
 * The one identifier that Braze finds the person by. An email or a phone number beside an `external_id` would be data, and an
 * email beside a phone number would win over it.
 * Source: https://www.braze.com/docs/api/endpoints/user_data/post_user_track.
 */
export type BrazePerson = { readonly external_id: string } | { readonly email: string } | { readonly phone: string }

/**
 * A custom event. Source: https://www.braze.com/docs/api/objects_filters/event_object.
 */
export type BrazeEvent = BrazePerson & {
  readonly name: string
  /** ISO 8601. */
  readonly time: string
  readonly properties: Properties
  /** Left out unless it is `true`: Braze's default is `false`. */
  readonly _update_existing_only?: true
}

/** Attributes of a person. Source: https://www.braze.com/docs/api/objects_filters/user_attributes_object. */
export interface BrazeAttributes {
  readonly [name: string]: unknown
}

/** One object of a request to `/users/track`. */
export type BrazeObject = BrazeEvent | BrazeAttributes

/** The arrays of a request that this connector fills. */
export type BrazeArray = 'attributes' | 'events'

/** Which array an object belongs into. No attribute that this connector writes is called `name`. */
export function arrayOf(object: BrazeObject): BrazeArray {
  return 'name' in object ? 'events' : 'attributes'
}
