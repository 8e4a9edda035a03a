/** A dead letter for want of an identifier, on a row of `deliveries`; in this form it finds the index of them. */
export const isUnidentified = "status = 'dead' AND error_code = 'ERR_NO_IDENTIFIER'"

/** The connections of which something new is known of the customer. Called inside the caller's transaction. */
export interface IdentityArrivals {
  /** Remembers that, if there are dead letters at all that something was wanting for. */
  add(connectionId: string): void
}
