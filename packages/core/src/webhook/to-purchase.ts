import type { Purchase, PurchaseItem } from '../event/subtotal-event.ts'
import { sumOf } from '../value/decimal.ts'
import type { WireItem, WirePurchase } from './wire-purchase.ts'

/** The webhook's purchase in canonical form. */
export function toPurchase(id: string, wire: WirePurchase): Purchase {
  const items = (wire.items ?? []).map(toItem)
  return {
    id,
    date: wire.date,
    total: wire.total,
    tax: wire.tax,
    subtotal: wire.subtotal,
    itemCount: wire.item_count ?? sumOf(items.map(({ quantity }) => quantity)),
    items,
    status: wire.status,
  }
}

function toItem(wire: WireItem): PurchaseItem {
  const { product } = wire
  return {
    id: wire.item_id,
    quantity: wire.quantity ?? 1,
    price: wire.price,
    product: {
      id: product?.product_id ?? wire.product_id,
      name: product?.name ?? wire.name,
      description: product?.description ?? wire.description,
      brand: product?.brand ?? wire.brand,
      upc: product?.upc ?? product?.gtin ?? wire.upc ?? wire.gtin,
    },
  }
}
