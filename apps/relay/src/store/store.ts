import type { ConnectionState, ErrorCode, SubtotalEvent } from '@subtotal-connectors/core'
import type { ActivityStore } from './activity-store.ts'
import type { EncryptionStore } from './encryption-store.ts'
import type { EnrichmentStore } from './enrichment-store.ts'
import type { ErasureStore } from './erasure-store.ts'
import type { IdentityStore } from './identity-store.ts'
import type { ImportsStore } from './imports-store.ts'
import type { OperationsStore } from './operations-store.ts'
import type {
  AttemptFailure,
  AuditEntry,
  DeliveryFilter,
  DeliveryRecord,
  DeliveryStatus,
  EventDetail,
  EventSearch,
  ListedEvent,
  Page,
  PageRequest,
  QuarantineRecord,
} from './records.ts'
import type { RetentionStore } from './retention-store.ts'
import type { SearchStore } from './search-store.ts'
import type { StoreSharing } from './store-sharing.ts'

/** A webhook that was verified and understood, as it goes into the store. */
export interface IncomingEvent {
  /** As parsed, with nothing completed from what is known of its connection. */
  readonly event: SubtotalEvent
  /** Sorts the events of a connection by the time they happened at Subtotal. */
  readonly orderKey: string
  /** Of what the event says; the same in a redelivery. */
  readonly contentHash: string
  /** Milliseconds since 1970. */
  readonly receivedAt: number
}

/** A webhook with a right signature that was not understood. */
export interface IncomingQuarantined {
  /** An error code of the parser. */
  readonly reason: string
  /** Names of the fields that were not understood, without values. */
  readonly fields: readonly string[]
  /** The body as it came. */
  readonly body: Uint8Array
  /** SHA-256 of the body, hex. */
  readonly bodyHash: string
  /** When the signature says it was sent; milliseconds since 1970. */
  readonly signedAt: number
  readonly receivedAt: number
}

/** What became of one incoming event. */
export interface IngestOutcome {
  /** `duplicate`: known, or erased. `ignored`: of a person whose later events are dropped. */
  readonly result: 'stored' | 'duplicate' | 'ignored'
  /** The event's id; of a duplicate the id it was first stored under. */
  readonly eventId: string
  /** The event's type after completion. */
  readonly eventType: string
  /** A duplicate with other content than everything known of the event. Kept as a version. */
  readonly isNewVersion: boolean
}

/** A group of events to store together. */
export interface IngestRequest {
  readonly events: readonly IncomingEvent[]
  /** A delivery is made for each of them. */
  readonly destinations: readonly string[]
  /** Since when the deliveries are pending; default the receipt. */
  readonly pendingSince?: number
  /** Read from Subtotal's API: there is nothing to complete them with. */
  readonly isWhole?: boolean
}

/** What became of a quarantined webhook. */
export interface QuarantineOutcome {
  readonly id: string
  /** Nothing else with this reason was ever quarantined. */
  readonly isFirstOfReason: boolean
  /** The same body was there already. */
  readonly isRepeat: boolean
}

/** A request for deliveries that are due. */
export interface ClaimRequest {
  readonly destination: string
  readonly now: number
  readonly limit: number
  /** The claim ends when the events' stored size passes it; at least one is claimed. */
  readonly maxBytes: number
  /** Until then no other claim returns them. */
  readonly leaseUntil: number
  /** Told to `settle`, `renew` and `release`: proof that the lease is still one's own. */
  readonly leaseToken: string
}

/** A delivery that was claimed. */
export interface ClaimedDelivery {
  readonly id: string
  /** When it was due before it was claimed. */
  readonly dueAt: number
  /** Failed attempts so far. */
  readonly attempts: number
  /** Those after which the event may have arrived. */
  readonly unknownOutcomes: number
  /** Those whose answer could not be read. */
  readonly unreadableAnswers: number
  /** Those of {@link ClaimedDelivery.attempts} before the last replay, after which the waits begin anew. Default 0. */
  readonly earlierAttempts?: number
  /** When it became pending: at ingest, or by a replay. */
  readonly pendingSince: number
  readonly event: SubtotalEvent
}

/** What a claim got. */
export interface Claim {
  readonly deliveries: readonly ClaimedDelivery[]
  /**
   * Profiles that are skipped, reason `superseded`, and not leased: a newer one of their connection is in flight at the destination, was
   * settled there, or may have arrived.
   */
  readonly superseded: readonly ClaimedDelivery[]
  /** Whether more may be due: the claim ended at one of its limits, or made something due. */
  readonly isFull: boolean
}

/** What becomes of a claimed delivery. */
export type Verdict =
  | { readonly status: 'delivered' }
  | { readonly status: 'skipped'; readonly reason: string }
  | { readonly status: 'dead'; readonly failure: AttemptFailure; readonly code: ErrorCode; readonly message: string }
  /** A further attempt; the failed one counts. */
  | {
      readonly status: 'retry'
      readonly failure: AttemptFailure
      readonly dueAt: number
      readonly isUnknown: boolean
      readonly isUnreadable: boolean
    }
  /** Put back, through no fault of its own: nothing is counted. */
  | { readonly status: 'held'; readonly dueAt: number; readonly code: ErrorCode | null; readonly message: string | null }

/** A verdict on one delivery. */
export interface Settlement {
  readonly deliveryId: string
  readonly verdict: Verdict
}

/** Verdicts to record together. */
export interface SettleRequest {
  readonly leaseToken: string
  readonly now: number
  /** What the clock shows by which the verdicts' `dueAt` are. Default `now`. */
  readonly dueClock?: number
  readonly settlements: readonly Settlement[]
}

/** How many deliveries a destination has in each state. */
export interface DestinationCounts {
  readonly destination: string
  readonly counts: Readonly<Record<DeliveryStatus, number>>
  /**
   * When the first pending delivery is due; `null` without one. Claimed ones count as due when their lease ends; those that wait until
   * their event is completed, or for an earlier one of their customer, are not due.
   */
  readonly nextDueAt: number | null
}

/** Counts of what is stored. */
export interface StoreStats {
  readonly events: number
  readonly versions: number
  readonly quarantined: number
  readonly destinations: readonly DestinationCounts[]
  readonly enrichments: EnrichmentCounts
  /**
   * For how long a transaction or a replica has kept the database from removing what is no longer current, which makes claims slow, in
   * milliseconds; less than a second is 0. `null`: it cannot be known, or there is nothing of the kind, as in SQLite.
   */
  readonly heldBackMs: number | null
  /**
   * The ids of keys that other relays of the store seal with and this one does not have. It claims nothing of what is sealed with them, and
   * completes, erases and removes nothing. Of SQLite none: a store that needs a key is not opened without it.
   */
  readonly missingKeys: readonly string[]
}

/** The events that wait to be completed from Subtotal. */
interface EnrichmentCounts {
  readonly waiting: number
  /** Since when the first of them waits; `null` without one. */
  readonly oldestSince: number | null
}

/** That an operator paused a lane. */
export interface LanePause {
  readonly destination: string
  /** Milliseconds since 1970. */
  readonly pausedAt: number
  /** In the operator's words. */
  readonly reason: string
}

/**
 * Where events, deliveries and what is known of connections are kept. What a method promises has happened when its promise
 * resolves; a rejected promise means that nothing of the call has happened.
 */
export interface Store
  extends OperationsStore,
    ActivityStore,
    ImportsStore,
    EnrichmentStore,
    IdentityStore,
    ErasureStore,
    EncryptionStore,
    RetentionStore,
    SearchStore {
  /** Of a store that several relays may have open; without it there is one. */
  readonly sharing?: StoreSharing
  /** Stores the events and their deliveries in one transaction, synced to stable storage. One outcome per event, in order. */
  ingest(request: IngestRequest): Promise<readonly IngestOutcome[]>
  /** `null`: the same body was erased, and is not kept again. */
  quarantine(webhook: IncomingQuarantined): Promise<QuarantineOutcome | null>
  /**
   * Due deliveries, the longest due first, leased to the caller. Of an ordered destination at most one of a customer, and only when none of
   * the customer's earlier events is pending there; an event without a customer id is in order with those of its connection that have none.
   */
  claim(request: ClaimRequest): Promise<Claim>
  /** Records verdicts, synced. Deliveries whose lease is no longer held with this token are left alone; their count is returned. */
  settle(request: SettleRequest): Promise<{ readonly stale: number }>
  /** Prolongs leases still held with the token. */
  renew(request: {
    readonly deliveryIds: readonly string[]
    readonly leaseToken: string
    readonly now: number
    readonly leaseUntil: number
  }): Promise<void>
  /**
   * When the next pending delivery of the destination is due or its lease ends; `null` without one, apart from those that wait. By the
   * caller's clock, which shows `now`; without it by the store's.
   */
  nextDueAt(destination: string, now?: number): Promise<number | null>
  stats(): Promise<StoreStats>
  /** Remembers that a lane is paused; of one that is, the last pause is kept. */
  pauseLane(pause: LanePause): Promise<void>
  resumeLane(destination: string): Promise<void>
  /** The lanes that are paused, by name. */
  lanePauses(): Promise<readonly LanePause[]>
  listDeliveries(filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliveryRecord>>
  listEvents(search: EventSearch, page: PageRequest): Promise<Page<ListedEvent>>
  /** `undefined`: no such event. */
  findEvent(eventId: string): Promise<EventDetail | undefined>
  listQuarantine(page: PageRequest): Promise<Page<QuarantineRecord>>
  /** What is known of a connection by all its events; `undefined`: nothing. */
  connectionState(connectionId: string): Promise<ConnectionState | undefined>
  audit(entry: AuditEntry): Promise<void>
  listAudit(page: PageRequest): Promise<Page<AuditEntry>>
  /** Rejects when the store does not take new events: no writes, or hardly any room left. Settling goes on while it can. */
  checkWrite(): Promise<void>
  /** Room left on the disk of this machine that the store is on; `null` where there is none or it cannot be known. */
  freeBytes(): Promise<number | null>
  /**
   * Ends what takes long and is done again later, and begins nothing of the kind any more: for whoever waits for what is under way before
   * closing. Without it there is nothing of the kind.
   */
  endUpkeep?(): Promise<void>
  /** Whoever waits for an answer of the store's server is told that none comes; then only `close` may follow. Without it there is no server. */
  abandon?(): void
  /** Ends every use of the store. Leases still held end by themselves. */
  close(): Promise<void>
}
