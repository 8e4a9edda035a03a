import type { Connector, DeliveryResult } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'
import type { ClaimedDelivery } from '../store/store.ts'
import type { Attempted } from './attempted.ts'
import type { RetryPolicy } from './retry-policy.ts'
import { backoffMs } from './retry-policy.ts'

/**
 * Whether a batch may do harm if the destination still does not answer: where nothing tells a repeat, an event that may have arrived
 * is not sent again into an outage.
 */
export function needsCheck(connector: Connector, deliveries: readonly ClaimedDelivery[]): boolean {
  return connector.limits.deduplicates === 'no' && deliveries.some((delivery) => delivery.unknownOutcomes > 0)
}

/** Whether the destination answers, by a call that creates no data. A check that throws proves nothing against it. */
export async function answers(connector: Connector, signal: AbortSignal): Promise<boolean> {
  try {
    return (await connector.check({ signal })).ok
  } catch {
    return true
  }
}

/** Puts a delivery back that was not sent because the destination does not answer: no attempt is counted. */
export function notSent(
  delivery: ClaimedDelivery,
  { now, policy, random }: { readonly now: number; readonly policy: RetryPolicy; readonly random: () => number },
): Attempted {
  const error = new ConnectorError(
    'ERR_UNAVAILABLE',
    'The destination does not pass its check. What may have arrived there is not sent again until it does.',
  )
  const result: DeliveryResult = { status: 'retry', reason: 'unavailable', error }
  const dueAt = Math.ceil(now + backoffMs(delivery.attempts + 1, policy, random))
  const verdict = { status: 'held', dueAt, code: error.code, message: error.message } as const
  return { delivery, result, decision: { verdict, lane: { kind: 'none' } } }
}
