import type { DeliveryResult, ErrorCode } from '@subtotal-connectors/core'

/**
 * What one call of a connector says of the destination itself. `failed`: nothing of it was answered. `answered`: it works, whatever
 * it thinks of the events. `nothing`: nothing was sent.
 */
export type CallOutcome = 'failed' | 'answered' | 'nothing'

/** Rejected before anything was sent. */
const localCodes: readonly ErrorCode[] = ['ERR_MAPPING', 'ERR_NO_IDENTIFIER', 'ERR_TOO_LARGE']

/** Whether a call that ended with these results found the destination at work. One answer is enough. */
export function callOutcome(results: readonly DeliveryResult[]): CallOutcome {
  const each = results.map(outcomeOf)
  if (each.includes('answered')) return 'answered'
  return each.includes('failed') ? 'failed' : 'nothing'
}

function outcomeOf(result: DeliveryResult): CallOutcome {
  switch (result.status) {
    case 'delivered':
    case 'blocked':
      return 'answered'
    case 'rejected':
      return localCodes.includes(result.error.code) ? 'nothing' : 'answered'
    case 'skipped':
      return 'nothing'
    case 'retry':
      if (result.error.code === 'ERR_ABORTED') return 'nothing'
      return result.reason === 'rate_limited' ? 'answered' : 'failed'
  }
}
