/** What every call takes besides its own arguments. */
export interface SubtotalCallOptions {
  /** Ends the call, also while it waits: it rejects with `ERR_ABORTED`. */
  readonly signal?: AbortSignal | undefined
}
