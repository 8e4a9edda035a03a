import type {
  AuditEntry,
  DeliveryFilter,
  DeliveryRecord,
  DeliveryStatus,
  EventFilter,
  Page,
  PageRequest,
  QuarantineRecord,
} from './records.ts'
import type { IncomingEvent } from './store.ts'

/** What a replay makes due again. Deliveries that were delivered are left alone unless `repeatDelivered`; pending ones always are. */
export type ReplaySelection =
  | { readonly kind: 'deliveries'; readonly filter: DeliveryFilter; readonly repeatDelivered: boolean }
  /** Deliveries that are missing are made. */
  | {
      readonly kind: 'events'
      readonly filter: EventFilter
      readonly destinations: readonly string[]
      readonly repeatDelivered: boolean
    }

/** How many deliveries of one destination and state a selection finds. */
export interface ReplayCount {
  readonly destination: string
  /** `missing`: the event has no delivery for the destination yet. */
  readonly status: DeliveryStatus | 'missing'
  /** An attempt ended without anybody knowing whether the event arrived. */
  readonly isUnknown: boolean
  /** A profile that would be skipped: a newer one of its connection went to the destination. */
  readonly isSuperseded: boolean
  readonly count: number
}

/** A part of what is stored, to be counted without keeping others waiting. */
export interface ReplaySurveyRequest {
  readonly selection: ReplaySelection
  /** 0 for the first part, then what the part before answered as `next`. */
  readonly after: number
  /** Up to where to count: {@link OperationsStore.replayEnd}. */
  readonly through: number
}

/** The counts of one part. */
export interface ReplaySurvey {
  readonly counts: readonly ReplayCount[]
  /** Where the next part begins; `null` after the last. */
  readonly next: number | null
}

/** A replay to record. */
export interface NewReplay {
  readonly at: number
  readonly actor: string
  readonly selection: ReplaySelection
  readonly through: number
  /** How many deliveries of each destination become due at most. */
  readonly planned: ReadonlyMap<string, number>
  /** The newest replay when this one was asked for: the same one that was recorded meanwhile is this one, also if it has finished. */
  readonly newestBefore?: string
}

/** A replay's work at one destination. */
export interface ReplayPart {
  readonly destination: string
  readonly planned: number
  /** Deliveries that were made due. */
  readonly moved: number
  readonly finishedAt: number | null
}

/** A replay as people see it. */
export interface ReplayRecord {
  readonly id: string
  readonly createdAt: number
  readonly actor: string
  /** Without a customer's id; the store forgets it when the replay has finished. */
  readonly selection: ReplaySelection
  readonly finishedAt: number | null
  readonly destinations: readonly ReplayPart[]
}

/** What one step of a replay did. */
export interface ReplayStep {
  readonly replayId: string
  /** The deliveries that are due now; those whose event is completed first become due then. */
  readonly deliveryIds: readonly string[]
  /** The whole replay is done, at every destination. */
  readonly isFinished: boolean
}

/** A quarantined webhook with what is needed to understand it again. */
export interface QuarantinedWebhook extends QuarantineRecord {
  readonly signedAt: number
  readonly rawBody: Uint8Array
}

/** What to do with a quarantined webhook that is now understood. */
export interface QuarantineRelease {
  readonly id: string
  /** `null`: it needs no delivery, and is only removed. */
  readonly event: IncomingEvent | null
  readonly destinations: readonly string[]
  readonly now: number
}

/** What became of it. `missing`: somebody else was quicker. */
export type QuarantineReleased =
  | { readonly result: 'stored' | 'duplicate'; readonly eventId: string }
  /** `ignored`: it needs no delivery, or is of a person whose later events are dropped. */
  | { readonly result: 'ignored' | 'missing' }

/** What became of a wish to mark a delivery dead. `in_flight`: it is being attempted right now. */
export type MarkedDead = 'marked' | 'already_dead' | 'delivered' | 'skipped' | 'in_flight' | 'missing'

/** How many dead letters a destination has of one code. */
export interface DeadLetterCount {
  readonly destination: string
  readonly code: string
  readonly count: number
}

/** What operators do with what is stored. Part of the `Store`, with its promises. */
export interface OperationsStore {
  /** The last delivery or event that a replay asked for now may touch. */
  replayEnd(kind: ReplaySelection['kind']): Promise<number>
  surveyReplay(request: ReplaySurveyRequest): Promise<ReplaySurvey>
  /** Records a replay and who asked for it. One that is the same and still runs, or came after `newestBefore`, is returned instead, with `isNew` false. */
  addReplay(replay: NewReplay): Promise<{ readonly replay: ReplayRecord; readonly isNew: boolean }>
  /**
   * Makes up to `limit` deliveries of a destination due, for the oldest replay that has some left there; what was done and how far it
   * got are stored together, so that a kill repeats nothing. `undefined`: no replay has anything left there. `busy`: nothing was done,
   * which only a store says that several relays share: another one is at it, or `restMs` is given and the last step, whichever relay made
   * it, is not so many milliseconds ago, or something is still to be attempted there that was due before it or that a replay made due.
   */
  advanceReplay(request: {
    readonly destination: string
    readonly limit: number
    readonly now: number
    readonly restMs?: number
  }): Promise<ReplayStep | 'busy' | undefined>
  listReplays(page: PageRequest): Promise<Page<ReplayRecord>>
  findReplay(id: string): Promise<ReplayRecord | undefined>
  /** Ends a pending delivery as a dead letter `ERR_MARKED_DEAD`, and puts it on record if it did. */
  markDead(request: { readonly deliveryId: string; readonly message: string; readonly audit: AuditEntry }): Promise<MarkedDead>
  findDelivery(id: string): Promise<DeliveryRecord | undefined>
  deadLetterCounts(): Promise<readonly DeadLetterCount[]>
  findQuarantined(id: string): Promise<QuarantinedWebhook | undefined>
  /** Stores the event of a quarantined webhook and removes it from quarantine, in one transaction. Its deliveries are pending since now. */
  releaseQuarantined(release: QuarantineRelease): Promise<QuarantineReleased>
}
