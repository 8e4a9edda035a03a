/**
 * A retailer of the account. Only the page's title and the list's name are in the stored documentation, so all but the id may be
 * missing.
 *
 * @see https://docs.subtotal.com/docs/api-reference/retailers/get-retailers
 */
export interface SubtotalRetailer {
  /** `walmart`; an opaque string of up to 26 characters in older answers. */
  readonly id: string
  /** For people: `Walmart`. */
  readonly name: string | null
  /** Where customers link their account there: `https://link.subtotal.com/…`. */
  readonly linkUrl: string | null
}
