import type { DestinationResponse, MessageResult } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import { z } from 'zod'
import type { IterableEvent } from './iterable-event.ts'

const names = z.array(z.string()).nullish()
const answerSchema = z.object({
  successCount: z.int().min(0),
  failCount: z.int().min(0),
  disallowedEventNames: names,
  failedUpdates: z.record(z.string(), names).nullish(),
})

/**
 * Response → one result per message. A 200 counts the failures and names people and event names, not positions; while the names
 * explain exactly as many failures as were counted, the rest has arrived. Else all are `refused`, and so sent again in smaller
 * requests until one stands alone: those that had arrived are updated, not doubled, as each has its `id`. Every other status is
 * read as usual. Source: answers recorded in https://github.com/rudderlabs/rudder-transformer,
 * test/integrations/destinations/iterable/network.ts.
 */
export function mapIterableResponse(
  response: DestinationResponse,
  events: readonly IterableEvent[],
): readonly MessageResult[] | undefined {
  const answer = answerSchema.safeParse(response.json)
  if (response.status !== 200 || !answer.success) return undefined
  const { successCount, failCount, disallowedEventNames, failedUpdates } = answer.data
  if (successCount + failCount !== events.length) return undefined

  const people = new Set(Object.values(failedUpdates ?? {}).flatMap((list) => (list ?? []).map((name) => name.toLowerCase())))
  const eventNames = new Set(disallowedEventNames ?? [])
  const isNamed = events.map(
    ({ email, userId, eventName }) => eventNames.has(eventName) || people.has((email ?? userId ?? '').toLowerCase()),
  )
  const isExplained = isNamed.filter(Boolean).length === failCount
  return isNamed.map((named): MessageResult => {
    if (isExplained && !named) return { status: 'delivered' }
    const sentence = 'Iterable refused the event: the person or the event name is not allowed (HTTP 200).'
    const error = new ConnectorError('ERR_REJECTED', sentence, { status: 200, body: response.text })
    return { status: isExplained ? 'rejected' : 'refused', error }
  })
}
