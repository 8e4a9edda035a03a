import type { DeliveryResult, Retry } from './delivery-result.ts'

const order = ['blocked', 'retry', 'rejected', 'skipped', 'delivered'] as const

/** One result for an event from those of its messages: the one that leaves most to be done; warnings of all are kept. */
export function combineResults(results: readonly DeliveryResult[], warnings: readonly string[] = []): DeliveryResult {
  const [only] = results
  // Nearly always so: one message, accepted without a word.
  if (results.length === 1 && only?.status === 'delivered' && only.warnings === undefined && warnings.length === 0) return only
  const first = order.map((status) => results.find((result) => result.status === status)).find((result) => result !== undefined)
  if (first === undefined) return { status: 'skipped', reason: 'nothing to send' }
  if (first.status === 'retry') return combineRetries(first, results)
  if (first.status !== 'delivered') return first
  const all = [...warnings, ...results.flatMap((result) => (result.status === 'delivered' ? (result.warnings ?? []) : []))]
  return all.length === 0 ? { status: 'delivered' } : { status: 'delivered', warnings: [...new Set(all)] }
}

/** The next attempt sends every message again: it waits for the longest, and what one of them may have done may be done twice. */
function combineRetries(first: Retry, results: readonly DeliveryResult[]): Retry {
  const retries = results.filter((result) => result.status === 'retry')
  const waits = retries.flatMap(({ retryAfterMs }) => retryAfterMs ?? [])
  const hasArrived = results.some(({ status }) => status === 'delivered') || retries.some(({ mayHaveArrived }) => mayHaveArrived)
  return {
    ...first,
    ...(waits.length === 0 ? {} : { retryAfterMs: Math.max(...waits) }),
    ...(hasArrived ? { mayHaveArrived: true } : {}),
  }
}
