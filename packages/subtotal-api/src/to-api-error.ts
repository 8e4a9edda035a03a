import { type Answer, type ErrorCode, parseRetryAfter, redact, wordsOf } from '@subtotal-connectors/core'
import { type ApiRequest, knowsItsPeople, personalValuesOf } from './api-request.ts'
import { refusedFields } from './refused-fields.ts'
import { SubtotalApiError, type SubtotalApiErrorDetails } from './subtotal-api-error.ts'

/** What an error's text depends on besides the answer. */
export interface ErrorContext {
  readonly request: ApiRequest
  /** What must not be shown, in every form it could take. */
  readonly secrets: readonly string[]
  /** Milliseconds since 1970. */
  readonly now: number
}

type Fault = readonly [code: ErrorCode, sentence: string, details: SubtotalApiErrorDetails]

/** Why an answer is no success; `undefined` when it is one. */
export function toApiError(answer: Answer, context: ErrorContext): SubtotalApiError | undefined {
  const { request } = context
  if (answer.kind === 'no_answer') return error(request, noAnswerFault(answer))
  const { status, text, headers } = answer.response
  const isWrite = !request.isRepeatable
  if (status >= 200 && status < 300) {
    if (answer.isWhole && (status === 204 || answer.response.json !== undefined)) return undefined
    const sentence = `Subtotal's answer is not JSON, or was cut off (HTTP ${status}).`
    return error(request, ['ERR_SUBTOTAL_UNREADABLE', sentence, { isRetryable: true, status, mayHaveArrived: isWrite }])
  }
  const personal = personalValuesOf(request)
  const sensitive = { values: [...context.secrets, ...personal], words: wordsOf(personal) }
  const body = knowsItsPeople(request) ? redact(text, sensitive) : undefined
  const retryAfterMs = parseRetryAfter(headers, context.now)
  const [code, sentence, details] = statusFault(status, request, refusedFields(answer.response.json))
  return error(request, [code, sentence, { status, body, retryAfterMs, ...details }])
}

function error({ call }: ApiRequest, [code, sentence, details]: Fault): SubtotalApiError {
  return new SubtotalApiError(code, `${call}: ${sentence}`, details)
}

function noAnswerFault({ reason, cause, mayHaveArrived }: Extract<Answer, { kind: 'no_answer' }>): Fault {
  if (reason === 'aborted') return ['ERR_ABORTED', 'The call was aborted.', { isRetryable: false, mayHaveArrived }]
  const sentence =
    reason === 'timeout' ? `Subtotal did not answer in time: ${cause}.` : `Subtotal could not be reached: ${cause}.`
  return ['ERR_SUBTOTAL_UNAVAILABLE', sentence, { isRetryable: true, mayHaveArrived }]
}

function statusFault(status: number, { subject, connectionToken }: ApiRequest, fields: readonly string[]): Fault {
  const http = `(HTTP ${status})`
  switch (status) {
    case 401: {
      const what =
        connectionToken === undefined
          ? `Subtotal refused the API key ${http}: it is wrong or revoked. Use a key that is in use.`
          : `Subtotal refused the API key or the connection's token ${http}.`
      return ['ERR_SUBTOTAL_CREDENTIALS', what, { isRetryable: false }]
    }
    case 403:
      return [
        'ERR_SUBTOTAL_SCOPE',
        `Subtotal does not allow this with the API key or token ${http}: a scope is missing. Use a key that may do it.`,
        { isRetryable: false },
      ]
    case 404:
    case 410:
      return ['ERR_SUBTOTAL_NOT_FOUND', `Subtotal knows no such ${subject} on this account ${http}.`, { isRetryable: false }]
    case 429:
      return ['ERR_SUBTOTAL_RATE_LIMITED', `Subtotal limits the rate of requests ${http}.`, { isRetryable: true }]
    case 408:
    case 425:
      return ['ERR_SUBTOTAL_UNAVAILABLE', `Subtotal did not take the request in time ${http}.`, { isRetryable: true }]
    default:
  }
  if (status >= 500) {
    return ['ERR_SUBTOTAL_UNAVAILABLE', `Subtotal is not available ${http}.`, { isRetryable: true, mayHaveArrived: true }]
  }
  if (status >= 300 && status < 400) {
    return ['ERR_REDIRECTED', `Subtotal redirected the request elsewhere ${http}. Check the base URL.`, { isRetryable: false }]
  }
  const named = fields.length === 0 ? '' : `: ${fields.join(', ')}`
  return ['ERR_SUBTOTAL_REFUSED', `Subtotal refused the request ${http}${named}.`, { isRetryable: false, fields }]
}
