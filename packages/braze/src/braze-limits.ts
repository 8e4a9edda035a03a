import type { ConnectorLimits } from '@subtotal-connectors/core'

/**
 * Objects in one request, events and attributes together. Older contracts allow 75 of each kind, and the page of 2025 said 50
 * for contracts priced by monthly active users: the connector cannot see which contract it speaks to.
 * Source: https://www.braze.com/docs/api/endpoints/user_data/post_user_track.
 */
export const maxObjectsPerRequest = 75

/** Bytes of a request's body: 4 MB. Source: https://www.braze.com/docs/api/endpoints/user_data/post_user_track. */
const maxBytesPerRequest = 4_000_000

/** Bytes of one event's properties. Source: https://www.braze.com/docs/api/objects_filters/event_object. */
export const maxBytesOfProperties = 102_400

/**
 * Characters of a string, of a property's name and of an attribute's name. What Braze does with a longer string is not
 * documented, so none is sent. Counted in UTF-16 code units, which are never fewer than the characters.
 * Source: https://www.braze.com/docs/api/objects_filters/event_object.
 */
export const maxCharacters = 255

/** Bytes of an `external_id`. Source: https://www.braze.com/docs/api/endpoints/user_data/post_user_track. */
export const maxBytesOfExternalId = 987

/**
 * What Braze documents of `/users/track`. The rate is the one of most contracts; contracts priced by monthly active users have
 * an hourly and a burst limit of their own, shown in the dashboard alone.
 * Source: https://www.braze.com/docs/api/api_limits.
 */
export function brazeLimits(objectsPerRequest: number): ConnectorLimits {
  return {
    maxMessagesPerRequest: objectsPerRequest,
    maxBytesPerRequest,
    requestRates: [{ requests: 3_000, perMs: 3_000 }],
    deduplicates: 'no',
  }
}
