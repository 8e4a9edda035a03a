import type { DeliveryResult } from './delivery-result.ts'

const order = ['blocked', 'retry', 'rejected', 'skipped', 'delivered'] as const

/** One result for an event from those of its messages: the one that leaves most to be done; warnings of all are kept. */
export function combineResults(results: readonly DeliveryResult[], warnings: readonly string[] = []): DeliveryResult {
  const first = order.map((status) => results.find((result) => result.status === status)).find((result) => result !== undefined)
  if (first === undefined) return { status: 'skipped', reason: 'nothing to send' }
  if (first.status !== 'delivered') return first
  const all = [...warnings, ...results.flatMap((result) => (result.status === 'delivered' ? (result.warnings ?? []) : []))]
  return all.length === 0 ? { status: 'delivered' } : { status: 'delivered', warnings: [...new Set(all)] }
}
