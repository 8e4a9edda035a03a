import type { ErrorCode, SubtotalEvent } from '@subtotal-connectors/core'

/** The states of a delivery, for ever one of these. */
export const deliveryStatuses = ['pending', 'delivered', 'skipped', 'dead'] as const

/** One of {@link deliveryStatuses}. */
export type DeliveryStatus = (typeof deliveryStatuses)[number]

/** A failed attempt, as it is recorded. */
export interface AttemptFailure {
  /** `timeout`, `rejected`, … */
  readonly outcome: string
  readonly code: ErrorCode
  readonly message: string
  /** The HTTP status of the answer, if there was one. */
  readonly status: number | null
}

/** A page, newest first. `cursor` is the `nextCursor` of the page before. */
export interface PageRequest {
  readonly limit: number
  readonly cursor?: number
}

/** Which events to list. What is given holds together. */
export interface EventFilter {
  readonly id?: string
  readonly customer?: string
  readonly connection?: string
  /** The purchase's id. */
  readonly purchase?: string
  readonly retailer?: string
  readonly type?: string
  /** The opaque id of whoever is known by an email address or phone number: `SearchStore`. */
  readonly person?: string
  /** Received at this time or later; milliseconds since 1970. */
  readonly since?: number
  /** Received at this time or earlier. */
  readonly until?: number
}

/** Which events to list, by what became of them too: an event that has a delivery with this status, for this destination. */
export interface EventSearch extends EventFilter {
  readonly status?: DeliveryStatus
  readonly destination?: string
}

/** Which deliveries to list: those of the events that are meant. */
export interface DeliveryFilter extends Omit<EventFilter, 'id'> {
  readonly id?: string
  readonly status?: DeliveryStatus
  readonly destination?: string
  /** The error code of the last attempt that failed. */
  readonly code?: string
  /** The event's id. */
  readonly event?: string
  /** Dead letters for want of an identifier whose event has been given one since. */
  readonly identified?: true
}

/** One page of a list. It may be shorter than asked for, and even empty, when a search has looked at much: then `nextCursor` goes on. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: number | null
}

/** A delivery as people see it. */
export interface DeliveryRecord {
  readonly id: string
  readonly eventId: string
  readonly eventType: string
  readonly destination: string
  readonly status: DeliveryStatus
  readonly attempts: number
  readonly dueAt: number | null
  readonly settledAt: number | null
  /** Why it was skipped, or what it waits for. */
  readonly reason: string | null
  /** The replay that made it due last; `null` without one. */
  readonly replayId: string | null
  /** Of the last attempt that failed; gone when a later one succeeds. */
  readonly error: { readonly code: string; readonly message: string } | null
}

/** A failed attempt as people see it. */
export interface AttemptRecord extends AttemptFailure {
  /** 1 for the first. */
  readonly number: number
  readonly at: number
}

/** An event as it is stored. */
export interface EventRecord {
  readonly event: SubtotalEvent
  /** `false`: what is stored of it is damaged, and `event` has only what is known beside it. */
  readonly isReadable: boolean
  readonly receivedAt: number
  /** How often it came again with other content. */
  readonly versions: number
  /** Since when only its ledger entry is left; `null`: it is whole. */
  readonly payloadDeletedAt: number | null
}

/** What became of an event at one destination. */
export interface EventOutcome {
  readonly destination: string
  readonly status: DeliveryStatus
}

/** An event of a list, with what became of it. */
export interface ListedEvent extends EventRecord {
  readonly outcomes: readonly EventOutcome[]
}

/** An event with everything that became of it. */
export interface EventDetail extends EventRecord {
  readonly deliveries: readonly (DeliveryRecord & { readonly failedAttempts: readonly AttemptRecord[] })[]
}

/** A quarantined webhook as people see it. */
export interface QuarantineRecord {
  readonly id: string
  readonly reason: string
  readonly fields: readonly string[]
  readonly receivedAt: number
  /** How often the same body came. */
  readonly count: number
  readonly bytes: number
  /** The body as it came, as UTF-8 text. */
  readonly body: string
}

/** Something a person did, for the record. */
export interface AuditEntry {
  readonly at: number
  /** `operator`, `viewer`. */
  readonly actor: string
  readonly action: string
  /** What it was done to; never a person's data. */
  readonly subject: string
}
