import type { DestinationResponse, MessageResult } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import type { BrazeAnswer } from './braze-answer.ts'
import { parseBrazeAnswer } from './braze-answer.ts'
import type { BrazeObject } from './braze-objects.ts'
import { arrayOf } from './braze-objects.ts'
import { isAccounted } from './is-accounted.ts'
import { placeErrors } from './place-errors.ts'

/** What {@link mapBrazeResponse} must know of the options. */
export interface BrazeResponseReading {
  readonly updateExistingOnly: boolean
}

/**
 * An answer of `/users/track` as one result per object.
 *
 * | answer | result |
 * | --- | --- |
 * | 2xx, `message` success or queued | `delivered`; an object that `errors` names by array and index: `rejected` |
 * | 2xx with an error that names no object of the request, or with fewer objects counted than sent | the others: `retry`, `ERR_UNACCOUNTED` |
 * | 2xx of another shape | `retry`, `ERR_UNREADABLE_ANSWER` |
 * | 400 | named objects: `rejected`; the others `refused`: nothing of the request was taken, so they are sent again |
 * | 401, 403 | `blocked`, with the usual reasons |
 * | anything else | by the status, see `classifyResponse` |
 *
 * Source: https://www.braze.com/docs/api/errors and https://www.braze.com/docs/api/endpoints/user_data/post_user_track.
 */
export function mapBrazeResponse(
  response: DestinationResponse,
  objects: readonly BrazeObject[],
  reading: BrazeResponseReading,
): readonly MessageResult[] | undefined {
  const { status } = response
  if (status === 401 || status === 403) return objects.map(() => toBlocked(response))
  const answer = parseBrazeAnswer(response.json)
  if (answer === undefined) return undefined
  if (status === 400) return mapRefusal(response, answer, objects)
  return status >= 200 && status < 300 && isSuccess(answer) ? mapSuccess(response, answer, objects, reading) : undefined
}

function isSuccess({ message, processed }: BrazeAnswer): boolean {
  return /^(success|queued)\b/i.test(message) || Object.keys(processed).length > 0
}

function mapSuccess(
  response: DestinationResponse,
  answer: BrazeAnswer,
  objects: readonly BrazeObject[],
  { updateExistingOnly }: BrazeResponseReading,
): readonly MessageResult[] {
  const { byObject, unplaced } = placeErrors(answer.errors, objects)
  const unnamed = objects.filter((_, index) => byObject[index] === undefined)
  if (unplaced.length === 0 && isAccounted(answer.processed, unnamed, updateExistingOnly)) {
    return objects.map((object, index) => toRejected(response, object, byObject[index]) ?? { status: 'delivered' })
  }
  const reason =
    unplaced.length === 0
      ? 'Braze says it took fewer objects than it was sent'
      : `Braze refused something of the request without saying what: ${unplaced.join('; ')}`
  const error = new ConnectorError('ERR_UNACCOUNTED', `${reason} (HTTP ${response.status}).`, detailsOf(response))
  return objects.map(
    (object, index) =>
      toRejected(response, object, byObject[index]) ?? { status: 'retry', reason: 'unreadable', error, mayHaveArrived: true },
  )
}

function mapRefusal(
  response: DestinationResponse,
  answer: BrazeAnswer,
  objects: readonly BrazeObject[],
): readonly MessageResult[] {
  const { byObject, unplaced } = placeErrors(answer.errors, objects)
  const isTooLong = /max input length/i.test(answer.message)
  const words = [answer.message, ...unplaced].filter((word) => word !== '').join(' ')
  const error = new ConnectorError(
    isTooLong ? 'ERR_TOO_LARGE' : 'ERR_REJECTED',
    `Braze refused the request: ${words === '' ? 'no reason given' : words} (HTTP 400).`,
    detailsOf(response),
  )
  return objects.map((object, index) => toRejected(response, object, byObject[index]) ?? { status: 'refused', error })
}

function toRejected(response: DestinationResponse, object: BrazeObject, words: string | undefined): MessageResult | undefined {
  if (words === undefined) return undefined
  const what = arrayOf(object) === 'events' ? 'event' : 'attributes'
  const error = new ConnectorError(
    'ERR_REJECTED',
    `Braze refused the ${what}: ${words} (HTTP ${response.status}).`,
    detailsOf(response),
  )
  return { status: 'rejected', error }
}

function toBlocked(response: DestinationResponse): MessageResult {
  const sentence =
    response.status === 401
      ? 'Braze does not know the API key; check apiKey, and instance or baseUrl: a key works on its own instance alone (HTTP 401).'
      : 'Braze does not let the API key send; it needs the permission users.track, an allowed IP address and an active account (HTTP 403).'
  return { status: 'blocked', error: new ConnectorError('ERR_CREDENTIALS', sentence, detailsOf(response)) }
}

function detailsOf({ status, text }: DestinationResponse): { readonly status: number; readonly body: string } {
  return { status, body: text }
}
