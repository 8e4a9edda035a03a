import type { Purchase } from '@subtotal-connectors/core'
import { upcsOf } from '@subtotal-connectors/core'

/** UPCs of a purchase as they fit into one array. */
export interface PurchaseUnits {
  readonly upcs: readonly string[]
  /** Absent when nothing was left out. */
  readonly warning?: string
}

/**
 * One UPC per unit bought, in order, leading zeros kept; a part of a unit (a weight) counts as one. More than `maxItems` are cut
 * in two steps: each UPC once, then the first `maxItems`.
 */
export function purchaseUnits(purchase: Purchase, maxItems: number): PurchaseUnits {
  const lines = purchase.items.flatMap(({ quantity, product: { upc } }) =>
    upc === null || upc === '' ? [] : [{ upc, units: Math.max(0, Math.ceil(quantity)) }],
  )
  const count = lines.reduce((sum, { units }) => sum + units, 0)
  if (count <= maxItems) return { upcs: lines.flatMap(({ upc, units }) => Array.from({ length: units }, () => upc)) }
  const each = upcsOf(purchase)
  if (each.length <= maxItems) {
    return {
      upcs: each,
      warning: `upcs has each UPC once: the purchase has ${count} units, Klaviyo takes ${maxItems} items in an array.`,
    }
  }
  return {
    upcs: each.slice(0, maxItems),
    warning: `upcs has the first ${maxItems} of ${each.length} UPCs: Klaviyo takes no more items in an array.`,
  }
}
