import type { ErrorCode } from '@subtotal-connectors/core'
import { SubtotalError } from '@subtotal-connectors/core'
import { SubtotalApiError } from '@subtotal-connectors/subtotal-api'

/**
 * What a failed call of Subtotal's API means. `held`: for every event, until Subtotal takes calls again. `unknown`: Subtotal has no such
 * thing. `refused`: it will never be answered. `transient`: the same call may succeed later. `aborted`: nobody waits for it.
 */
type FailureKind = 'held' | 'unknown' | 'refused' | 'transient' | 'aborted'

/** Why a call did not succeed. */
export interface CallFailure {
  readonly kind: FailureKind
  readonly code: ErrorCode
  /** Redacted. */
  readonly message: string
  readonly retryAfterMs?: number
}

const kinds: Partial<Record<ErrorCode, FailureKind>> = {
  ERR_ABORTED: 'aborted',
  ERR_SUBTOTAL_CREDENTIALS: 'held',
  ERR_SUBTOTAL_SCOPE: 'held',
  ERR_REDIRECTED: 'held',
  ERR_SUBTOTAL_RATE_LIMITED: 'held',
  ERR_SUBTOTAL_NOT_FOUND: 'unknown',
  ERR_SUBTOTAL_REFUSED: 'refused',
  ERR_OPTIONS: 'refused',
}

/** What a call threw, as a value. What is no error of ours may hold anything: only its name is told. */
export function toCallFailure(error: unknown): CallFailure {
  if (!SubtotalError.isInstance(error)) {
    const name = error instanceof Error ? error.name : typeof error
    return { kind: 'transient', code: 'ERR_INTERNAL', message: `The client of Subtotal's API threw ${name}.` }
  }
  const { code, message } = error
  const retryAfterMs = SubtotalApiError.isInstance(error) ? error.retryAfterMs : undefined
  return { kind: kinds[code] ?? 'transient', code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
}
