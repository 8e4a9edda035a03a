import type { ClaimedDelivery } from '../store/store.ts'
import type { Attempted } from './attempted.ts'

const skipped = { status: 'skipped', reason: 'superseded' } as const

/** What is told of a profile that the store skipped because a newer one went before it. */
export function superseded(delivery: ClaimedDelivery): Attempted {
  return { delivery, result: skipped, decision: { verdict: skipped, lane: { kind: 'none' } } }
}
