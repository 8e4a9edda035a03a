import type { DestinationResponse, MessageResult } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import { parseBatchErrors } from './parse-batch-errors.ts'

/**
 * Customer.io's answer to a batch, message by message; `undefined` leaves the status to the runtime.
 *
 * - 2xx: an object (documented as `{}`) or an empty body means that all were received. Errors in it are taken at their word.
 * - 207: not documented for Pipelines. Its errors are read by `batch_index`, as in Customer.io's Track API; without a list of
 *   errors it accounts for nothing.
 * - 400: `{"meta":{"errors":["…"]}}`, without an index: every message is `refused`, and the runtime looks for those at fault.
 *   Should an error name a message, that one is `rejected`.
 *
 * An error that cannot be placed leaves every message that no other error names `refused`.
 *
 * Source: https://docs.customer.io/files/pipelines.json (`X-Strict-Mode`, responses)
 */
export function mapBatchResponse(
  response: DestinationResponse,
  messages: readonly unknown[],
): readonly MessageResult[] | undefined {
  const { status } = response
  const isSuccess = status >= 200 && status < 300
  if (!isSuccess && status !== 400) return undefined
  const answer = parseBatchErrors(response.json, messages.length)
  if (isSuccess && !isReadable(response, answer.hasErrorList)) return undefined

  const isWholeRefused = !isSuccess || answer.unplaced.length > 0
  return messages.map((_, index): MessageResult => {
    const words = answer.placed.get(index)
    if (words !== undefined) return { status: 'rejected', error: refusal(response, words) }
    return isWholeRefused ? { status: 'refused', error: refusal(response, answer.unplaced) } : { status: 'delivered' }
  })
}

function isReadable({ status, json, text, headers }: DestinationResponse, hasErrorList: boolean): boolean {
  if (status === 207) return hasErrorList
  // A body that was announced and did not come is a broken answer, not an empty one.
  if (text.trim() === '') return (headers['content-length'] ?? '0') === '0'
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function refusal({ status, text }: DestinationResponse, words: readonly string[]): ConnectorError {
  const said = words.length > 0 ? `: ${words.join('; ')}` : ' without saying why'
  return new ConnectorError('ERR_REJECTED', `Customer.io refused the event${said} (HTTP ${status}).`, { status, body: text })
}
