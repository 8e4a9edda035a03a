import type { ErrorCode, SubtotalEvent } from '@subtotal-connectors/core'
import { backoffMs } from '../delivery/retry-policy.ts'
import type { ClaimedEnrichment, EnrichmentVerdict } from '../store/enrichment-store.ts'
import type { CallFailure } from './call-failure.ts'
import { failureRetry, notFoundRetry, notFoundTries, requiredWaitMs, wantedWaitMs } from './enrichment-policy.ts'
import { isBare } from './missing-parts.ts'

/** What a decision depends on besides the failure. */
export interface EnrichmentContext {
  readonly now: number
  /** At least 0, less than 1. */
  readonly random: () => number
}

const hourMs = 3_600_000

/** Until when an event waits at most for what it lacks. */
export function expiresAt(event: SubtotalEvent, since: number): number {
  return since + (isBare(event) ? requiredWaitMs : wantedWaitMs)
}

/** What becomes of an event after a call for it failed; `event`: with what was found before. Pure. */
export function afterFailedCall(
  failure: CallFailure,
  event: SubtotalEvent,
  enrichment: ClaimedEnrichment,
  { now, random }: EnrichmentContext,
): EnrichmentVerdict {
  const end = expiresAt(event, enrichment.waitingSince)
  const { attempts, dueAt } = enrichment
  const error = { code: failure.code, message: failure.message }
  switch (failure.kind) {
    case 'aborted':
      return { status: 'retry', dueAt, expiresAt: end, isAttempt: false, error: null }
    case 'held':
      // No call follows, so that an event whose wait is over is given up next.
      return { status: 'retry', dueAt, expiresAt: end, isAttempt: false, error }
    case 'unknown':
      if (attempts + 1 >= notFoundTries) return { status: 'dead', ...error }
      return retry(now + backoffMs(attempts + 1, notFoundRetry, random), end, error)
    case 'refused':
      return isBare(event) ? { status: 'dead', ...error } : { status: 'done' }
    case 'transient':
      if (now >= end) return giveUp(event, failure)
      return retry(Math.min(end, now + backoffMs(attempts + 1, failureRetry, random)), end, error)
  }
}

/** What becomes of an event that has waited long enough: it is delivered as it is, if there is anything to deliver. Pure. */
export function giveUp(event: SubtotalEvent, failure: { readonly message: string } | undefined): EnrichmentVerdict {
  if (!isBare(event)) return { status: 'done' }
  const last = failure === undefined ? '' : ` The last answer: ${failure.message}`
  return {
    status: 'dead',
    code: 'ERR_ENRICHMENT_EXPIRED',
    message: `The purchase came with identifiers only, and Subtotal could not be asked for the rest within ${requiredWaitMs / hourMs} hours.${last}`,
  }
}

/** What becomes of a purchase without content when purchases are not fetched. `hasApi`: whether Subtotal could be asked. Pure. */
export function switchedOff(hasApi: boolean): EnrichmentVerdict {
  const remedy = hasApi
    ? 'Add purchases to RELAY_ENRICH'
    : "Set SUBTOTAL_API_KEY to have the relay fetch the rest from Subtotal's API"
  const message = `The purchase came with identifiers only: there is nothing to deliver. ${remedy}, then replay.`
  return { status: 'dead', code: 'ERR_ENRICHMENT_OFF', message }
}

function retry(dueAt: number, end: number, error: { readonly code: ErrorCode; readonly message: string }): EnrichmentVerdict {
  return { status: 'retry', dueAt: Math.ceil(dueAt), expiresAt: end, isAttempt: true, error }
}
