/** What a lane does. `paused` is an operator's wish. */
type LaneState = 'running' | 'backing_off' | 'blocked' | 'paused'

/** A lane, as people and machines see it. */
export interface LaneStatus {
  readonly destination: string
  readonly state: LaneState
  /** Why it does not run; `null` while it does. */
  readonly reason: string | null
  /** When it entered the state, milliseconds since 1970. */
  readonly since: number
  /** When it tries again; `null` while it runs. */
  readonly until: number | null
}
