import type { DeliveryActivityKind } from '../../activity/activity-kind.ts'
import type { DeliveryStatus } from '../records.ts'
import type { Verdict } from '../store.ts'

/** What a verdict makes of a delivery. */
export interface SettledDelivery {
  readonly status: DeliveryStatus
  readonly dueAt: number
  readonly attempts: number
  /** How many more attempts of it ended without anybody knowing whether it arrived. Default 0. */
  readonly unknown?: number
  /** How many more had an answer that could not be read. Default 0. */
  readonly unreadable?: number
  readonly settledAt?: number
  readonly reason?: string
  readonly code?: string | null
  readonly message?: string | null
}

/** What a verdict makes of a delivery after so many attempts. Pure. */
export function settledDelivery(verdict: Verdict, attempts: number, now: number): SettledDelivery {
  const settled = { dueAt: now, settledAt: now }
  switch (verdict.status) {
    case 'delivered':
      return { status: 'delivered', attempts: attempts + 1, ...settled }
    case 'skipped':
      return { status: 'skipped', attempts, reason: verdict.reason, ...settled }
    case 'dead':
      return {
        status: 'dead',
        attempts: attempts + 1,
        unknown: verdict.code === 'ERR_OUTCOME_UNKNOWN' ? 1 : 0,
        code: verdict.code,
        message: verdict.message,
        ...settled,
      }
    case 'held':
      return { status: 'pending', attempts, dueAt: verdict.dueAt, code: verdict.code, message: verdict.message }
    case 'retry':
      return {
        status: 'pending',
        attempts: attempts + 1,
        dueAt: verdict.dueAt,
        unknown: verdict.isUnknown ? 1 : 0,
        unreadable: verdict.isUnreadable ? 1 : 0,
        code: verdict.failure.code,
        message: verdict.failure.message,
      }
  }
}

/** What is counted of a verdict; `undefined`: nothing happened to the delivery. */
export function verdictActivity(verdict: Verdict): DeliveryActivityKind | undefined {
  if (verdict.status === 'held') return undefined
  return verdict.status === 'retry' ? 'retried' : verdict.status
}
