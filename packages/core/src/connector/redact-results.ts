import { ConnectorError } from '../errors/connector-error.ts'
import { redact, wordsOf } from '../redaction/redact.ts'
import type { DeliveryResult } from './delivery-result.ts'
import type { Outgoing } from './sender.ts'

/**
 * Takes keys and people out of every error: what an answer says of one event may name the person of another event of the same
 * request, so the words of all of them are taken out.
 */
export function redactResults<Message>(
  results: readonly DeliveryResult[],
  outgoing: readonly Outgoing<Message>[],
  secrets: readonly string[],
): DeliveryResult[] {
  if (!results.some((result) => 'error' in result)) return [...results]
  const words = wordsOf(outgoing.flatMap((item) => item.personalValues()))
  return results.map((result, position) => {
    if (!('error' in result)) return result
    const sensitive = { values: [...secrets, ...(outgoing[position]?.personalValues() ?? [])], words }
    const { code, message, status, body } = result.error
    const error = new ConnectorError(code, redact(message, sensitive), {
      ...(status === undefined ? {} : { status }),
      ...(body === undefined ? {} : { body: redact(body, sensitive) }),
    })
    return { ...result, error }
  })
}
