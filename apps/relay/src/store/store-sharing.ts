import type { AlertSharing } from './alert-sharing.ts'
import type { LanePause } from './store.ts'

/** What a relay tells the others of its store. */
export type StoreNews =
  /** Deliveries of it may be due that whoever tells it cannot take. */
  | { readonly kind: 'due'; readonly destination: string }
  /** Its lane was paused, resumed, opened or closed. */
  | { readonly kind: 'lane'; readonly destination: string }
  /** Something was asked for that runs in steps: a replay, an import, an erasure, a rotation; or events wait to be completed. */
  | { readonly kind: 'work' }

/** What all relays of a store know of a lane. */
export interface SharedLane {
  /** Another one each time it changes; 0: nothing is known. */
  readonly version: number
  /** What a lane wrote last; `null`: nothing. */
  readonly state: string | null
  readonly pause: LanePause | null
}

/** What relays that share a store have in common beside it. */
export interface StoreSharing extends AlertSharing {
  /** Milliseconds since 1970 by the store's clock, the same for every relay. */
  now(): number
  readLane(destination: string): Promise<SharedLane>
  /** Replaces the state of this version, and resolves to the new one's; `undefined`: it has changed meanwhile, nothing was written. */
  writeLane(destination: string, change: { readonly version: number; readonly state: string }): Promise<number | undefined>
  /** Tells the other relays, soon and perhaps in vain: each of them looks for itself too. */
  tell(news: StoreNews): void
  /** Calls for what other relays tell, until the returned function is called. */
  listen(listener: (news: StoreNews) => void): () => void
  /** Whether what others tell is heard. */
  isHearing(): boolean
}
