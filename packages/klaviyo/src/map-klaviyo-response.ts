import type { DestinationResponse, MessageResult } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import type { KlaviyoError } from './klaviyo-error.ts'
import { errorWords, hasNoPointer, namedGroup, parseKlaviyoErrors } from './klaviyo-error.ts'
import type { KlaviyoMessage } from './klaviyo-message.ts'

const authenticationCodes: ReadonlySet<string> = new Set(['authentication_failed', 'not_authenticated', 'permission_denied'])

/**
 * Klaviyo's answer, for each message of the request.
 *
 * | answer | result |
 * | --- | --- |
 * | 202, empty or JSON without errors | `delivered` |
 * | 400 or 409 for one event | `rejected` |
 * | 400 or 409 for several | `rejected` where a pointer names the event, the rest `refused`: nothing of the request was taken |
 * | 400 that points at no event, with a code of authentication or naming a header | `blocked` |
 * | 404 that says that a profile does not exist | as 400: the identifiers disagree |
 * | all others | by their status |
 *
 * Sources: https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling,
 * https://developers.klaviyo.com/en/reference/bulk_create_events.
 */
export function mapKlaviyoResponse(
  response: DestinationResponse,
  messages: readonly KlaviyoMessage[],
): readonly MessageResult[] | undefined {
  const errors = parseKlaviyoErrors(response.json)
  switch (response.status) {
    case 202: {
      const isAccepted = errors.length === 0 && (response.text.trim() === '' || response.json !== undefined)
      return isAccepted ? messages.map(() => ({ status: 'delivered' })) : undefined
    }
    case 400:
      return errors.some(isAboutCaller)
        ? mapBlocked(response, errors, messages.length)
        : mapRefusal(response, errors, messages.length)
    case 409:
      return mapRefusal(response, errors, messages.length)
    case 404:
      return errors.some(isAboutProfile) ? mapRefusal(response, errors, messages.length) : undefined
    default:
      return undefined
  }
}

function mapRefusal(response: DestinationResponse, errors: readonly KlaviyoError[], count: number): readonly MessageResult[] {
  const unnamed = refusalError(response, errors, response.text)
  if (count === 1) return [{ status: 'rejected', error: unnamed }]
  const errorsByGroup = Map.groupBy(errors, namedGroup)
  return Array.from({ length: count }, (_, index) => {
    const named = errorsByGroup.get(index)
    if (named === undefined) return { status: 'refused', error: unnamed }
    return { status: 'rejected', error: refusalError(response, named, JSON.stringify({ errors: named })) }
  })
}

function refusalError(response: DestinationResponse, errors: readonly KlaviyoError[], body: string): ConnectorError {
  return new ConnectorError('ERR_REJECTED', `Klaviyo refused the event: ${errorWords(errors)} (HTTP ${response.status}).`, {
    status: response.status,
    body,
  })
}

function mapBlocked(response: DestinationResponse, errors: readonly KlaviyoError[], count: number): readonly MessageResult[] {
  const { status, text } = response
  const advice = 'check the API key, its scope events:write, and baseUrl'
  const message = `Klaviyo refused the caller: ${errorWords(errors)} (HTTP ${status}); ${advice}.`
  const error = new ConnectorError('ERR_CREDENTIALS', message, { status, body: text })
  return Array.from({ length: count }, () => ({ status: 'blocked', error }))
}

/** Whether the error is about the key or another header, and so about every request. */
function isAboutCaller(error: KlaviyoError): boolean {
  const isAuthentication = authenticationCodes.has(error.code ?? '')
  return hasNoPointer(error) && (isAuthentication || (error.source?.parameter ?? '') !== '')
}

/** No code tells this 404 from that of a wrong address. Other words lead to `blocked`, which loses nothing. */
function isAboutProfile(error: KlaviyoError): boolean {
  return /\bprofile with id\b/i.test(error.detail ?? '') || namedGroup(error) !== undefined
}
