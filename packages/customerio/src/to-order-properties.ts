import type { Properties, Purchase, PurchaseItem } from '@subtotal-connectors/core'
import { brandsOf, ConnectorError, toMoneyNumber, upcsOf, withoutNulls } from '@subtotal-connectors/core'

/** What {@link toOrderProperties} takes from outside the purchase. */
export interface OrderSettings {
  readonly retailer: string | null
  /** ISO 4217; left out when there is none. */
  readonly currency: string | undefined
}

/**
 * The properties of `Order Completed`: Customer.io's own names for the order and its products, then Subtotal's. Money and prices
 * are numbers; UPCs are strings, each once; what is not known is left out.
 *
 * Source: `order_completed_event` of Customer.io's "Pipelines API - Ecommerce Events"
 */
export function toOrderProperties(purchase: Purchase, settings: OrderSettings): Properties {
  return withoutNulls({
    order_id: purchase.id,
    affiliation: settings.retailer,
    total: toNumber(purchase.total),
    subtotal: toNumber(purchase.subtotal),
    tax: toNumber(purchase.tax),
    currency: settings.currency,
    products: purchase.items.map(toProduct),
    retailer: settings.retailer,
    item_count: purchase.itemCount,
    brands: brandsOf(purchase),
    upcs: upcsOf(purchase),
    source: 'subtotal',
  })
}

/** How many items are bought in parts of a unit: Customer.io's `quantity` is an integer, and theirs is left out. */
export function countPartialQuantities(purchase: Purchase): number {
  return purchase.items.filter((item) => !Number.isInteger(item.quantity)).length
}

function toProduct({ product, price, quantity }: PurchaseItem): Properties {
  return withoutNulls({
    product_id: product.id ?? product.upc,
    sku: product.upc,
    name: product.name,
    brand: product.brand,
    price: toNumber(price),
    quantity: Number.isInteger(quantity) ? quantity : null,
  })
}

function toNumber(decimal: string | null): number | null {
  if (decimal === null) return null
  const number = toMoneyNumber(decimal)
  if (!Number.isFinite(number)) {
    throw new ConnectorError('ERR_MAPPING', 'The purchase holds an amount that is too large for a JSON number.')
  }
  return number
}
