import type { ErrorCode, SubtotalEvent } from '@subtotal-connectors/core'
import type { Found } from '../enrichment/complete-from-subtotal.ts'
import type { KnownContact } from '../enrichment/contact.ts'

/** An event whose deliveries wait until it is completed from Subtotal, or given up. */
export interface ClaimedEnrichment {
  readonly id: string
  /** As far as it is known. */
  readonly event: SubtotalEvent
  /** When it was due before it was claimed. */
  readonly dueAt: number
  /** Since when its deliveries wait. */
  readonly waitingSince: number
  /** Failures of its own so far. */
  readonly attempts: number
  /** What Subtotal said of the connection last; `undefined`: it was not asked. */
  readonly contact: KnownContact | undefined
}

/** A request for events that wait to be completed. */
export interface EnrichmentClaimRequest {
  readonly now: number
  readonly limit: number
  /** Until then no other claim returns them, unless the process ends. */
  readonly leaseUntil: number
  /** Told to `settleEnrichments`: proof that the lease is still one's own. */
  readonly leaseToken: string
  /** Only those whose longest wait is over. */
  readonly onlyExpired: boolean
}

/** What becomes of an event that was claimed. */
export type EnrichmentVerdict =
  /** Its deliveries are due, with the event as it is now. */
  | { readonly status: 'done' }
  /** Its deliveries are dead letters; a replay has it completed anew. */
  | { readonly status: 'dead'; readonly code: ErrorCode; readonly message: string }
  | {
      readonly status: 'retry'
      readonly dueAt: number
      readonly expiresAt: number
      readonly isAttempt: boolean
      readonly error: { readonly code: ErrorCode; readonly message: string } | null
    }

/** A verdict on one event, and what was found for it. */
export interface EnrichmentSettlement {
  readonly id: string
  readonly found: Found
  readonly verdict: EnrichmentVerdict
}

/** What a verdict did. */
export interface SettledEnrichment {
  readonly id: string
  /** Whose deliveries are due or dead letters now. */
  readonly destinations: readonly string[]
}

/** When the next event is to be tried, and when the first one's longest wait ends. */
export interface NextEnrichment {
  readonly dueAt: number
  readonly expiresAt: number
}

/** The events that wait to be completed from Subtotal. Part of the `Store`, with its promises. */
export interface EnrichmentStore {
  /** Those that are due, the longest due first, leased to the caller. */
  claimEnrichments(request: EnrichmentClaimRequest): Promise<readonly ClaimedEnrichment[]>
  /**
   * Records what was found and decided, synced. What no longer waits is left alone. Of what somebody else has claimed meanwhile only what
   * was found is recorded, and that it is done.
   */
  settleEnrichments(request: {
    readonly now: number
    readonly leaseToken: string
    readonly settlements: readonly EnrichmentSettlement[]
  }): Promise<readonly SettledEnrichment[]>
  /** `null`: nothing waits. */
  nextEnrichment(): Promise<NextEnrichment | null>
}
