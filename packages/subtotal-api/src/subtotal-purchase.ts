import type { SubtotalCallOptions } from './call-options.ts'

/** A purchase as it stands in a list: without tax, items and product. */
export interface PurchaseSummary {
  readonly id: string
  /** As sent, ISO 8601. */
  readonly date: string | null
  /** A decimal string. */
  readonly total: string | null
  /** As sent; its values are not documented. */
  readonly status: string | null
}

/** Some of a connection's purchases, newest first. */
export interface PurchasePage {
  readonly purchases: readonly PurchaseSummary[]
  /** Whether there are older ones: ask again with `startingAfter` the last one's id. */
  readonly hasMore: boolean
}

/** Which purchases of a connection. */
export interface ListPurchasesOptions extends SubtotalCallOptions {
  /** 1 to 50, the most Subtotal gives. Default 50. */
  readonly limit?: number
  /** Id of the last purchase seen: the page begins with the next older one. */
  readonly startingAfter?: string
}
