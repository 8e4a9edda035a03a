import type { Connector, DeliveryResult, SubtotalEvent } from '@subtotal-connectors/core'
import { ConnectorError, SubtotalError } from '@subtotal-connectors/core'

/** What came of handing events to a connector: always one result per event. */
export interface AttemptOutcome {
  readonly results: readonly DeliveryResult[]
  /** The name of what the connector threw, against its contract. */
  readonly threw?: string
}

/**
 * Calls the connector and keeps its contract for it: one that throws, that leaves out a result, or that gives one nobody knows, has not told what became of the
 * events, so they may have arrived.
 */
export async function attemptEvents(
  connector: Connector,
  events: readonly SubtotalEvent[],
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  try {
    const results = await connector.deliver(events, { signal })
    return {
      results: events.map((_event, index) => {
        const result = results[index]
        if (result === undefined) return unaccounted('gave no result')
        return isResult(result) ? result : unaccounted('gave a result that the contract does not know')
      }),
    }
  } catch (error) {
    const threw = error instanceof Error ? error.name : typeof error
    return { results: events.map(() => unaccounted(`threw ${threw}, which is a bug in it`)), threw }
  }
}

const retryReasons: readonly unknown[] = ['rate_limited', 'unavailable', 'timeout', 'network', 'unreadable']

/** Whether a result can be decided on and recorded, whatever the connector's types claim. */
function isResult(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('status' in value)) return false
  if (value.status === 'delivered') return true
  if (value.status === 'skipped') return 'reason' in value && typeof value.reason === 'string'
  if (!('error' in value) || !SubtotalError.isInstance(value.error)) return false
  if (value.status === 'retry') return 'reason' in value && retryReasons.includes(value.reason)
  return value.status === 'rejected' || value.status === 'blocked'
}

function unaccounted(what: string): DeliveryResult {
  const error = new ConnectorError('ERR_UNACCOUNTED', `The connector ${what}.`)
  return { status: 'retry', reason: 'network', error, mayHaveArrived: true }
}
