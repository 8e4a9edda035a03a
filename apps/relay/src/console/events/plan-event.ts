import type { Connector, Plan } from '@subtotal-connectors/core'
import { maskEvent } from '../../http/mask-event.ts'
import type { EventDetail } from '../../store/records.ts'
import { maskedValues, maskValues } from './mask-values.ts'

/** What a destination would be sent for an event; `null`: its connector failed at telling. */
export interface EventPlan {
  readonly destination: string
  readonly plan: Plan | null
}

/**
 * The exact requests of every configured destination. Keys are in no plan. Unless it is revealed, what says who the person is is replaced
 * wherever it stands.
 */
export function planEvent(
  { event, payloadDeletedAt, isReadable }: EventDetail,
  connectors: Readonly<Record<string, Connector>>,
  isRevealed: boolean,
): readonly EventPlan[] {
  if (payloadDeletedAt !== null || !isReadable) return []
  const values = maskedValues(event, maskEvent(event))
  return Object.entries(connectors).map(([destination, connector]) => {
    const plan = tryPlan(connector, event)
    if (isRevealed || plan === null) return { destination, plan }
    return {
      destination,
      plan: { ...plan, requests: plan.requests.map((request) => ({ ...request, body: maskValues(request.body, values) })) },
    }
  })
}

/** What a connector would send; `null`: a connector of a brand's own may throw, and its message may hold anything. */
export function tryPlan(connector: Connector, event: EventDetail['event']): Plan | null {
  try {
    return connector.plan([event])
  } catch {
    return null
  }
}
