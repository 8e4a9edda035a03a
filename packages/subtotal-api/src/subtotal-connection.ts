/**
 * A customer's account at a retailer, as Subtotal's API knows it. Has what `toPurchaseEvent` of core needs of a connection.
 *
 * @see https://docs.subtotal.com/docs/api-reference/connections/get-connection
 */
export interface SubtotalConnection {
  readonly id: string
  /** The brand's own id for the customer. */
  readonly customerId: string | null
  /** Subtotal's id of the retailer; `retailer_id`, in older answers `merchant_id`. */
  readonly retailer: string | null
  /**
   * As sent: today `active`, `initialized`, `unauthenticated` or `disconnected`. Older answers have others: `blocked`, `revoked`,
   * `needs_otp`, ….
   */
  readonly status: string | null
  readonly email: string | null
  readonly mobile: string | null
  readonly isSimulated: boolean
}

/** What a connection is made of. Lengths as Subtotal documents them. */
export interface NewConnection {
  /** 1 to 64 characters. */
  readonly customerId: string
  /** 1 to 26 characters: `walmart`. */
  readonly retailer: string
  /** At most 64 characters. */
  readonly email?: string | null
  /** At most 16 characters: `+1234567890`. */
  readonly mobile?: string | null
}

/** What of a connection can be changed. What is left out stays; `null` clears. */
export interface ConnectionChanges {
  readonly customerId?: string | null
  readonly email?: string | null
  readonly mobile?: string | null
  /** Disconnects it: the only status that can be set. */
  readonly status?: 'disconnected'
}

/** What a connection token may be used for: reading the connection's purchases, or a Subtotal Link URL. */
export type TokenScope = 'access' | 'link'
