import type { Random } from './random.ts'

/** How one webhook is written: Subtotal's pages of different ages, and where they are silent, each reading of them. */
export interface WireVariant {
  /** The events page's table says string, its examples show objects. */
  readonly payload: 'object' | 'string'
  /** `merchant_id` was its name until 2025. */
  readonly retailerKey: 'retailer_id' | 'merchant_id'
  /** The purchase event's shape is in no stored page whole. */
  readonly purchase: 'nested' | 'flat'
  /** 2026: `product.upc`; late 2025: flat with `gtin`; or flat with `upc`. */
  readonly items: 'nested' | 'flat_gtin' | 'flat_upc'
  readonly hasItemCount: boolean
  /** The field is documented, its values are not: the one used is invented. */
  readonly hasStatus: boolean
  /** Where a simulated event says so; the page does not tell. */
  readonly simulated: 'top' | 'payload' | 'connection'
  /** `connection.deleted` was the name until 2025. */
  readonly disconnected: 'connection.disconnected' | 'connection.deleted'
  /** Top level, until 2025. */
  readonly hasCreatedAt: boolean
  /** Top level, in deliveries to partner apps. */
  readonly hasClientId: boolean
}

/** As Subtotal's newest pages have it. */
export const currentVariant: WireVariant = {
  payload: 'object',
  retailerKey: 'retailer_id',
  purchase: 'nested',
  items: 'nested',
  hasItemCount: true,
  hasStatus: false,
  simulated: 'connection',
  disconnected: 'connection.disconnected',
  hasCreatedAt: false,
  hasClientId: false,
}

/** Any combination. */
export function makeVariant(random: Random): WireVariant {
  return {
    payload: random.chance(0.2) ? 'string' : 'object',
    retailerKey: random.chance(0.2) ? 'merchant_id' : 'retailer_id',
    purchase: random.chance(0.3) ? 'flat' : 'nested',
    items: random.pick(['nested', 'flat_gtin', 'flat_upc']),
    hasItemCount: random.chance(0.8),
    hasStatus: random.chance(0.3),
    simulated: random.pick(['top', 'payload', 'connection']),
    disconnected: random.chance(0.2) ? 'connection.deleted' : 'connection.disconnected',
    hasCreatedAt: random.chance(0.1),
    hasClientId: random.chance(0.1),
  }
}
