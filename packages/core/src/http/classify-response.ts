import type { DestinationResponse, MessageResult } from '../connector/connector-definition.ts'
import { ConnectorError } from '../errors/connector-error.ts'
import type { ErrorCode } from '../errors/error-code.ts'

/**
 * What an answer means by its status alone, for every message of the request. The runtime uses it where a destination's
 * `mapResponse` returns `undefined`; `retryAfterMs` is what the headers ask for.
 *
 * | status | result |
 * | --- | --- |
 * | 2xx | `retry`, `unreadable`: nobody could say what was accepted |
 * | 3xx | `blocked`, `ERR_REDIRECTED` |
 * | 401, 402, 403, 407 | `blocked`, `ERR_CREDENTIALS` |
 * | 404, 405, 406, 410, 411, 415, 421, 426, 431, 451 | `blocked`, `ERR_DESTINATION_NOT_FOUND`: no event can be at fault |
 * | 408, 425, 5xx | `retry`, `unavailable`; it may have arrived after 504 and 524 |
 * | 413 | `refused`, `ERR_TOO_LARGE`: smaller requests are tried |
 * | 429 | `retry`, `rate_limited` |
 * | other 4xx | `refused`, `ERR_REJECTED`: the events at fault are looked for |
 */
export function classifyResponse(destination: string, response: DestinationResponse, retryAfterMs?: number): MessageResult {
  const { status, text } = response
  const error = (code: ErrorCode, sentence: string) =>
    new ConnectorError(code, `${destination} ${sentence} (HTTP ${status}).`, { status, body: text })
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }

  if (status >= 200 && status < 300) {
    const unreadable = error('ERR_UNREADABLE_ANSWER', 'answered with a success that could not be read')
    return { status: 'retry', reason: 'unreadable', error: unreadable, mayHaveArrived: true }
  }
  if (status >= 300 && status < 400) {
    return {
      status: 'blocked',
      error: error('ERR_REDIRECTED', 'redirected the request elsewhere; check the base URL or the region'),
    }
  }
  switch (status) {
    case 401:
    case 402:
    case 403:
    case 407:
      return {
        status: 'blocked',
        error: error('ERR_CREDENTIALS', 'refused the API key; check the key, its permissions and the region'),
      }
    case 404:
    case 405:
    case 406:
    case 410:
    case 411:
    case 415:
    case 421:
    case 426:
    case 431:
    case 451:
      return {
        status: 'blocked',
        error: error('ERR_DESTINATION_NOT_FOUND', 'has no such endpoint in this form; check the base URL and the API version'),
      }
    case 413:
      return { status: 'refused', error: error('ERR_TOO_LARGE', 'says the request is too large') }
    case 429:
      return { status: 'retry', reason: 'rate_limited', error: error('ERR_RATE_LIMITED', 'limits the rate of requests'), ...wait }
    case 408:
    case 425:
      return {
        status: 'retry',
        reason: 'unavailable',
        error: error('ERR_UNAVAILABLE', 'did not take the request in time'),
        ...wait,
      }
    case 504:
    case 524:
      // A gateway (524: Cloudflare's) gave up waiting, but had passed the request on.
      return {
        status: 'retry',
        reason: 'unavailable',
        error: error('ERR_UNAVAILABLE', 'timed out inside'),
        ...wait,
        mayHaveArrived: true,
      }
    default:
      return status >= 500
        ? { status: 'retry', reason: 'unavailable', error: error('ERR_UNAVAILABLE', 'is not available'), ...wait }
        : { status: 'refused', error: error('ERR_REJECTED', 'refused the request') }
  }
}
