import type { StoreStats } from '../store/store.ts'

/** What a lane does. `paused` is an operator's wish, or the want of a connector. */
export type LaneState = 'running' | 'backing_off' | 'blocked' | 'paused'

/** The `code` of a lane that an operator paused. */
export const pausedCode = 'paused by an operator'

/** The `code` of a destination that has deliveries waiting and is not in the configuration. */
export const notConfiguredCode = 'not configured'

/** A lane, as people and machines see it. */
export interface LaneStatus {
  readonly destination: string
  readonly state: LaneState
  /** Why it does not run, in the destination's redacted words or the operator's; `null` while it does. */
  readonly reason: string | null
  /** The same as an error code, {@link pausedCode} or {@link notConfiguredCode}: may be told to anybody. */
  readonly code: string | null
  /** When it entered the state, milliseconds since 1970. */
  readonly since: number
  /** When it tries again; `null` while it runs or is paused. */
  readonly until: number | null
  /** The part of the rate budget that it uses: 1 is all; less after the destination asked for less. */
  readonly rateFactor: number
}

/** All lanes; given the counts of the store, also the destinations that have deliveries waiting and no lane. */
export type LaneStatuses = (stats?: StoreStats) => readonly LaneStatus[]
