import type { Connector, DeliveryResult, SubtotalEvent } from '@subtotal-connectors/core'
import { ConnectorError } from '@subtotal-connectors/core'

/** What came of handing events to a connector: always one result per event. */
export interface AttemptOutcome {
  readonly results: readonly DeliveryResult[]
  /** The name of what the connector threw, against its contract. */
  readonly threw?: string
}

/**
 * Calls the connector and keeps its contract for it: one that throws, or that leaves out a result, has not told what became of the
 * events, so they may have arrived.
 */
export async function attemptEvents(
  connector: Connector,
  events: readonly SubtotalEvent[],
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  try {
    const results = await connector.deliver(events, { signal })
    return { results: events.map((_event, index) => results[index] ?? unaccounted('gave no result')) }
  } catch (error) {
    const threw = error instanceof Error ? error.name : typeof error
    return { results: events.map(() => unaccounted(`threw ${threw}, which is a bug in it`)), threw }
  }
}

function unaccounted(what: string): DeliveryResult {
  const error = new ConnectorError('ERR_UNACCOUNTED', `The connector ${what}.`)
  return { status: 'retry', reason: 'network', error, mayHaveArrived: true }
}
