import type { DestinationRequest } from '@subtotal-connectors/core'
import type { BrazeArray, BrazeObject } from './braze-objects.ts'
import { arrayOf } from './braze-objects.ts'

/** Without a slash at the end, which Braze answers with 403. Source: https://www.braze.com/docs/api/errors. */
export const trackPath = '/users/track'

/** A request to `/users/track`. An array that would be empty is left out. */
export function toBrazeRequest(objects: readonly BrazeObject[]): DestinationRequest {
  const arrays: Record<BrazeArray, BrazeObject[]> = { attributes: [], events: [] }
  for (const object of objects) arrays[arrayOf(object)].push(object)
  const body = Object.fromEntries(Object.entries(arrays).filter(([, array]) => array.length > 0))
  return { path: trackPath, body }
}
