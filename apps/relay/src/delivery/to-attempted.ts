import type { RelayEventMap } from '../observability/relay-events.ts'
import type { Attempted } from './attempted.ts'

/** What is told of an attempt: ids, codes and the destination's redacted words. */
export function toAttempted(destination: string, attempted: Attempted, now: number): RelayEventMap['delivery:attempted'][0] {
  const { delivery, result, decision } = attempted
  const { verdict } = decision
  const error = 'error' in result ? result.error : undefined
  return {
    destination,
    deliveryId: delivery.id,
    eventId: delivery.event.id,
    eventType: delivery.event.type,
    attempt: delivery.attempts + 1,
    outcome: result.status === 'retry' ? result.reason : result.status,
    status: verdict.status,
    code: verdict.status === 'dead' ? verdict.code : (error?.code ?? null),
    message: error?.message ?? null,
    isUnknown: result.status === 'retry' && result.mayHaveArrived === true,
    ageMs: now - delivery.pendingSince,
    warnings: result.status === 'delivered' ? (result.warnings ?? []) : [],
  }
}
