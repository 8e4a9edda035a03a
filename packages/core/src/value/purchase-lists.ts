import type { Purchase } from '../event/subtotal-event.ts'
import { distinct } from './distinct.ts'

/** The brands of a purchase's items, each once, in order. */
export function brandsOf(purchase: Purchase): string[] {
  return distinct(purchase.items.map((item) => item.product.brand))
}

/** The UPCs of a purchase's items, each once, in order. */
export function upcsOf(purchase: Purchase): string[] {
  return distinct(purchase.items.map((item) => item.product.upc))
}
