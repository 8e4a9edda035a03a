import { ConnectorError } from '../errors/connector-error.ts'
import { classifyResponse } from '../http/classify-response.ts'
import type { Answer, NoAnswer } from '../http/http-client.ts'
import { parseRetryAfter } from '../http/parse-retry-after.ts'
import type { DestinationApi, DestinationResponse, MessageResult } from './connector-definition.ts'
import type { Blocked, DeliveryResult, Retry } from './delivery-result.ts'

/** The results of a request; a message that the answer does not account for has none. `now`: milliseconds since 1970. */
export function readAnswer<Message>(
  api: DestinationApi<Message>,
  answer: Answer,
  messages: readonly Message[],
  now: number,
): readonly (MessageResult | undefined)[] {
  if (answer.kind === 'no_answer') return messages.map(() => noAnswerResult(api, answer))
  const { response, isWhole } = answer
  // What is missing of a success may be the errors in it.
  const isReadable = isWhole || response.status < 200 || response.status >= 300
  const mapped = isReadable ? mapSafely(api, response, messages) : undefined
  if (mapped !== undefined) return mapped
  const retryAfterMs = parseRetryAfter(response.headers, now, waitHeaders(api, response))
  const result = classifyResponse(api.title, response, retryAfterMs)
  return messages.map(() => result)
}

/** Vendors tell the end of the current window with every answer; it is a reason to wait only where the window is used up. */
function waitHeaders<Message>({ retryAfterHeaders = {} }: DestinationApi<Message>, { status }: DestinationResponse) {
  const { wait = [], reset = [] } = retryAfterHeaders
  return status === 429 ? { wait, reset } : { wait }
}

/** A mapping that trips over an answer has not accounted for any of its messages. */
function mapSafely<Message>(api: DestinationApi<Message>, response: DestinationResponse, messages: readonly Message[]) {
  try {
    return api.mapResponse(response, messages)
  } catch {
    return []
  }
}

/** The result of every message of a request that got no answer. */
export function noAnswerResult<Message>(api: DestinationApi<Message>, answer: NoAnswer): Retry {
  const arrival = answer.mayHaveArrived ? { mayHaveArrived: true } : {}
  const where = `${api.title} at ${api.origin}`
  switch (answer.reason) {
    case 'timeout':
      return {
        status: 'retry',
        reason: 'timeout',
        error: new ConnectorError('ERR_TIMEOUT', `No answer from ${where} in time: ${answer.cause}.`),
        ...arrival,
      }
    case 'network':
      return {
        status: 'retry',
        reason: 'network',
        error: new ConnectorError('ERR_NETWORK', `No answer from ${where}: ${answer.cause}.`),
        ...arrival,
      }
    case 'aborted':
      return {
        status: 'retry',
        reason: 'network',
        error: new ConnectorError('ERR_ABORTED', `The request to ${where} was aborted.`),
        ...arrival,
      }
  }
}

/** The result of a message that the destination's answer does not account for. */
export function unaccountedResult<Message>(api: DestinationApi<Message>): Retry {
  const error = new ConnectorError('ERR_UNACCOUNTED', `${api.title} answered without saying what became of this event.`)
  return { status: 'retry', reason: 'unreadable', error, mayHaveArrived: true }
}

/** A message's result as it stands if no further request is made for it. */
export function toDeliveryResult<Message>(api: DestinationApi<Message>, result: MessageResult): DeliveryResult {
  if (result.status === 'refused') return { status: 'rejected', error: result.error }
  if (result.status === 'retry' && result.mayHaveArrived === true && api.onUnknownOutcome === 'reject') {
    const { status, body } = result.error
    const details = { ...(status === undefined ? {} : { status }), ...(body === undefined ? {} : { body }) }
    const sentence = `${result.error.message} It may have arrived, and is not sent again (onUnknownOutcome: 'reject').`
    return { status: 'rejected', error: new ConnectorError('ERR_OUTCOME_UNKNOWN', sentence, details) }
  }
  return result
}

/** Whether a destination wants no further request of this call. */
export function stopsTheCall(result: DeliveryResult): result is Blocked | Retry {
  return result.status === 'blocked' || (result.status === 'retry' && result.reason === 'rate_limited')
}
