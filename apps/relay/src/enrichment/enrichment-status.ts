/** What the completion of events from Subtotal does. `off`: nothing is fetched. The others are as those of a lane. */
export type EnrichmentState = 'off' | 'running' | 'backing_off' | 'blocked'

/** The completion of events, as people and machines see it. */
export interface EnrichmentStatus {
  readonly state: EnrichmentState
  /** Why it does not run, in Subtotal's redacted words; `null` while it does. */
  readonly reason: string | null
  /** The same as an error code: may be told to anybody. */
  readonly code: string | null
  /** When it entered the state, milliseconds since 1970. */
  readonly since: number
  /** When it tries again; `null` while it runs or is off. */
  readonly until: number | null
}
