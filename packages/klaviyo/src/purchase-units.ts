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
  const upcs: string[] = []
  let count = 0
  for (const { quantity, product } of purchase.items) {
    const { upc } = product
    if (upc === null || upc === '') continue
    const units = Math.max(0, Math.ceil(quantity))
    count += units
    if (count > maxItems) continue
    for (let unit = 0; unit < units; unit += 1) upcs.push(upc)
  }
  if (count <= maxItems) return { upcs }
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
