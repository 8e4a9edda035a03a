/** A replay that the relay began by itself. */
export interface IdentityReplay {
  readonly id: string
  readonly destination: string
  /** How many deliveries become due at most. */
  readonly planned: number
}

/** What one step did. */
export interface IdentityStep {
  readonly replays: readonly IdentityReplay[]
  /** Whether there is more to look at. */
  readonly hasMore: boolean
  /** Nothing was done: another relay of the store is at it. */
  readonly isBusy?: true
}

/** Dead letters whose identifier comes after them. Part of the `Store`, with its promises. */
export interface IdentityStore {
  /**
   * Looks at some dead letters `ERR_NO_IDENTIFIER` that are new, or of whose connection something new is known: gives their events what is
   * known to be of the same customer, and when there are enough or no more, records a replay for each of the destinations that has some,
   * by the actor `relay`. One at a time runs at a destination.
   */
  advanceIdentities(request: { readonly now: number; readonly destinations: readonly string[] }): Promise<IdentityStep>
}
