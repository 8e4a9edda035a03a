import type { Identity, IdentityKind } from '../erasure/identity.ts'
import type { Person } from '../erasure/person.ts'
import type { DeliveryStatus, Page, PageRequest } from './records.ts'

/** A place in a search that is made part by part. What it holds is the store's own business. */
export interface ErasureCursor {
  readonly step: number
  readonly after: readonly [string, string] | number
}

/** One part of a search for everything by which a person is known. */
export interface PersonSearch {
  readonly person: Person
  /** Where the next part begins; `null` after the last. */
  readonly next: ErasureCursor | null
}

/** What is stored of a person. */
export interface PersonCounts {
  readonly events: number
  readonly versions: number
  readonly quarantined: number
  readonly deliveries: Readonly<Record<DeliveryStatus, number>>
}

/** The counts of one part of what is stored. */
export interface PersonSurvey {
  readonly counts: PersonCounts
  /** Where the next part begins; `null` after the last. */
  readonly next: ErasureCursor | null
}

/** Names of files beside the store that hold what it held once. */
export interface StoreCopies {
  /** An erasure deletes them: the relay itself made them before it changed the schema. */
  readonly deleted: readonly string[]
  /** Nothing but a person deletes them: a restore moved them aside. */
  readonly left: readonly string[]
}

/** An erasure to record. */
export interface NewErasure {
  readonly at: number
  readonly actor: string
  readonly person: Person
  /** Later events of the person are dropped on arrival. */
  readonly isBlocking: boolean
  /** The newest event before the person was searched for. */
  readonly through: number
}

/** An erasure as people see it: a proof without the person. */
export interface ErasureRecord {
  readonly id: string
  readonly createdAt: number
  readonly actor: string
  readonly kind: IdentityKind
  readonly isBlocking: boolean
  readonly customers: number
  readonly connections: number
  readonly events: number
  readonly versions: number
  readonly deliveries: number
  readonly quarantined: number
  readonly copies: StoreCopies
  /** When nothing of the person was stored any more; `null` before. */
  readonly erasedAt: number | null
  /** When no trace was left in the store's file either. */
  readonly finishedAt: number | null
}

/** What one step of the erasures did. */
export interface ErasureStep {
  /** Those that are finished now. */
  readonly finished: readonly string[]
  /** How long to wait before the next step, in milliseconds. */
  readonly waitMs: number
}

/** What is needed to erase a person's data. Part of the `Store`, with its promises. */
export interface ErasureStore {
  /**
   * Looks for the person in one part of what is remembered of connections. Searched again and again until a whole search adds nothing, as
   * what is found last may lead to more that comes first.
   */
  findPerson(request: { readonly person: Person; readonly after: ErasureCursor | null }): Promise<PersonSearch>
  /** Counts one part of what is stored of a person. */
  surveyPerson(request: { readonly person: Person; readonly after: ErasureCursor | null }): Promise<PersonSurvey>
  storeCopies(): Promise<StoreCopies>
  /** Erasures of this identity that were asked for before, the newest first. */
  earlierErasures(identity: Identity): Promise<readonly ErasureRecord[]>
  /** Records an erasure and who asked for it. One of the same identity that still runs is returned instead, with `isNew` false. */
  addErasure(erasure: NewErasure): Promise<{ readonly erasure: ErasureRecord; readonly isNew: boolean }>
  /**
   * Takes one step of the erasures that are recorded and unfinished: a few milliseconds. What is in flight to a destination is waited for.
   * A step is stored whole or not at all, and can be repeated: a kill leaves nothing half-erased for good. `undefined`: nothing is left.
   */
  advanceErasures(request: { readonly now: number }): Promise<ErasureStep | undefined>
  /** Ends the blocks of an erasure, on record. `undefined`: there is none with this id. */
  unblockErasure(request: {
    readonly id: string
    readonly at: number
    readonly actor: string
  }): Promise<ErasureRecord | undefined>
  listErasures(page: PageRequest): Promise<Page<ErasureRecord>>
  findErasure(id: string): Promise<ErasureRecord | undefined>
}
