import type { StoreCopies } from './erasure-store.ts'
import type { Page, PageRequest } from './records.ts'

/** A rotation as people see it: every stored value is rewritten as it would be stored now. */
export interface RotationRecord {
  readonly id: string
  readonly createdAt: number
  readonly actor: string
  /** The id of the key that everything is sealed with; `null`: nothing is sealed. */
  readonly keyId: string | null
  /** Rows to look at, about. */
  readonly total: number
  readonly checked: number
  /** Values that were sealed otherwise. */
  readonly rewritten: number
  /** Values that are damaged, and stay as they are. */
  readonly unreadable: number
  readonly copies: StoreCopies
  /** When every value was rewritten; `null` before. */
  readonly rewrittenAt: number | null
  /** When no trace of what was there before was left in the store's file; from then on no other key is needed. */
  readonly finishedAt: number | null
}

/** What one step of a rotation did. */
export interface RotationStep {
  /** The one that is finished now. */
  readonly finished: string | null
  /** How long to wait before the next step, in milliseconds. */
  readonly waitMs: number
}

/** How stored values are sealed. Part of the `Store`, with its promises. */
export interface EncryptionStore {
  /**
   * Records a rotation and who asked for it. One that still runs is returned instead, with `isNew` false. `undefined`: the store has no keys
   * and nothing in it is sealed.
   */
  addRotation(request: {
    readonly at: number
    readonly actor: string
  }): Promise<{ readonly rotation: RotationRecord; readonly isNew: boolean } | undefined>
  /**
   * Takes one step of the rotation that is recorded and unfinished: a few milliseconds. A step is stored whole or not at all; after a start
   * with another key the rotation begins again with that one. `undefined`: nothing is left.
   */
  advanceRotation(request: { readonly now: number }): Promise<RotationStep | undefined>
  listRotations(page: PageRequest): Promise<Page<RotationRecord>>
  findRotation(id: string): Promise<RotationRecord | undefined>
}
